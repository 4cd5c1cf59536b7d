import type { ClaimName } from '../../protocol/claims.ts'
import type { Words } from './vocabulary.ts'

const claimWords: Record<ClaimName, string> = {
  masked_name: '이름의 일부',
  name: '이름',
  account_id: '아이디',
  external_id: '등록번호',
}

/** 이름을, 아이디를: by whether the last word ends in a consonant. */
function particle(claims: readonly ClaimName[]): '을' | '를' {
  return claims.at(-1) === 'name' ? '을' : '를'
}

function duration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return [hours > 0 && `${hours}시간`, rest > 0 && `${rest}분`].filter(Boolean).join(' ')
}

export const ko: Words = {
  language: 'ko',
  languageName: '한국어',
  myAccount: '내 계정',
  signIn: {
    title: '키오스크 앞에 계신가요?',
    lead: '로그인하면 키오스크를 바로 이용할 수 있습니다.',
    submit: '로그인',
    goOn: '계속',
    deny: '본인이 아닙니다',
    newHere: '처음이신가요?',
    signUp: '회원가입',
    warning: '문자나 메신저로 받은 QR이라면 로그인하지 마세요.',
  },
  signUp: {
    title: '회원가입',
    lead: '가입하면 이 키오스크에 바로 로그인됩니다.',
    invitation: '초대 코드',
    name: '이름',
    passwordHint: '8자 이상',
    submit: '가입하고 로그인',
    back: '로그인으로 돌아가기',
    privacy: '개인정보 처리방침',
  },
  oneTap: {
    title: '이 키오스크에 로그인할까요?',
    titleServed: '이 키오스크에서 접수할까요?',
    shown: ['키오스크에는 ', ' 님으로 표시됩니다.'],
    justScanned: '방금 비춤',
    another: '다른 계정',
    approve: '승인',
    decline: '거절',
    warning: '이 키오스크 앞에 계시지 않다면 거절해 주세요.',
  },
  passkey: {
    use: '지문·얼굴로 로그인',
    or: '또는 아이디로',
    offer: {
      title: '다음부터는 비밀번호 없이 지문·얼굴로',
      points: [
        'QR을 비추고 한 번만 확인하면 됩니다',
        '지문과 얼굴 정보는 휴대폰 밖으로 나가지 않습니다',
        '가짜 페이지에서는 작동하지 않습니다',
      ],
      make: '이 휴대폰에 등록하기',
      later: '나중에',
      never: '이 휴대폰에서는 묻지 않기',
    },
    made: '등록했습니다. 다음부터는 지문·얼굴로 로그인할 수 있습니다.',
    notMade: '등록하지 못했습니다. 다음에 방문할 때 다시 할 수 있습니다.',
  },
  remember: {
    label: '이 휴대폰 기억하기',
    hint: '함께 쓰는 휴대폰에서는 선택하지 마세요.',
  },
  code: {
    title: '코드를 입력해 주세요',
    lead: '키오스크에 보이는 여덟 글자입니다.',
    label: '코드',
    submit: '계속',
    typed: '키오스크에 보이는 코드',
    warning: '문자나 메신저로 받은 코드라면 로그인하지 마세요.',
  },
  invited: {
    title: '초대를 받으셨습니다',
    text: [
      '키오스크의 QR을 비추고 ‘회원가입’을 눌러 주세요.',
      '이 휴대폰에서는 초대 코드가 미리 입력되어 있습니다.',
    ],
  },
  recovery: {
    title: '새 비밀번호를 정해 주세요',
    lead: '이전 비밀번호는 쓸 수 없게 되고, 기억해 둔 휴대폰도 모두 해제됩니다.',
    submit: '새 비밀번호로 바꾸기',
    done: {
      title: '비밀번호를 바꾸었습니다',
      text: ['키오스크에서 새 비밀번호로 로그인해 주세요.', '이 페이지는 닫아도 됩니다.'],
    },
  },
  account: '아이디',
  password: '비밀번호',
  reveal: '표시',
  revealName: '비밀번호 표시',
  told: (client, claims) => {
    const told = claims.includes('name') ? claims.filter(claim => claim !== 'masked_name') : claims
    if (told.length === 0) return `${client}에 방문을 알립니다`
    return `${client}에 ${told.map(claim => claimWords[claim]).join(', ')}${particle(told)} 알립니다`
  },
  timeToSignIn: {
    left: '남은 시간',
    within: '{time} 안에 로그인해 주세요.',
    minute: '#분',
    second: '#초',
    more: '시간 더 주세요',
    runsOut: '로그인할 시간이 {seconds}초 남았습니다.',
  },
  visit: {
    end: '이 키오스크에서 끝내기',
    notMe: '내가 한 것이 아니에요',
    ask: {
      title: '다른 사람이 로그인했나요?',
      text: ['관리자가 볼 수 있게 남기고, 이용 중이면 끝냅니다.', '계정은 그대로 쓸 수 있습니다.'],
    },
    askNumber: '받은 번호는 취소됩니다.',
    numberGone: '받은 번호를 취소했습니다.',
    yes: '네, 내가 한 것이 아니에요',
    no: '아니요, 돌아가기',
  },
  handOff: {
    live: { now: '실시간', asOf: '{time} 기준' },
    requested: {
      title: '접수하고 있습니다…',
      text: ['번호가 나오면 바로 여기에 보입니다.'],
    },
    failed: {
      title: '직원이 확인해 드립니다',
      text: ['번호가 늦어지고 있습니다.', '이 페이지를 열어 두시면 번호가 여기에 보입니다.'],
    },
    refused: '접수되지 않았습니다',
    number: '대기번호',
    accepted: '접수되었습니다',
    ahead: people => (people === 0 ? ['', '다음 차례', '입니다'] : ['앞에 ', `${people}명`, '']),
    wait: minutes => ['예상 ', duration(minutes), ''],
    cells: { place: '장소', floor: '층', now: '지금' },
    called: '지금 들어오세요',
    coming: '가고 있어요',
    comingSaid: '가고 있다고 알렸습니다',
    cancel: {
      button: '오늘은 못 갑니다',
      ask: {
        title: '접수를 취소할까요?',
        text: ['취소하면 받은 순서는 되돌릴 수 없습니다.'],
      },
      yes: '네, 오늘은 못 갑니다',
      no: '아니요, 돌아가기',
    },
    kept: '키오스크 이용은 끝났습니다. 접수는 그대로입니다.',
    alarm: { title: '차례가 되면 알려 주기', text: '이 페이지가 열려 있는 동안 알립니다' },
    sending: '보내는 중…',
    over: {
      done: { title: '모두 끝났습니다', text: ['이 페이지는 닫아도 됩니다.'] },
      no_show: {
        title: '차례가 지났습니다',
        text: ['불렀지만 오시지 않아 다음 분을 모셨습니다.', '직원에게 말씀해 주세요.'],
      },
      phone: {
        title: '접수를 취소했습니다',
        text: ['‘오늘은 못 갑니다’를 눌렀습니다.', '다시 오시면 키오스크에서 접수해 주세요.'],
      },
      client: {
        title: '접수가 취소되었습니다',
        text: ['직원이 취소했습니다.', '궁금한 점은 직원에게 말씀해 주세요.'],
      },
      account: {
        title: '접수가 취소되었습니다',
        text: ['계정을 더 이상 쓸 수 없습니다.'],
      },
      over: {
        title: '접수가 끝났습니다',
        text: ['12시간이 지나 번호가 취소되었습니다.', '키오스크에서 다시 접수해 주세요.'],
      },
    },
  },
  outcomes: {
    approved: {
      title: '키오스크 화면을 봐 주세요',
      text: ['휴대폰에서 할 일은 끝났습니다.', '키오스크가 확인하고 있습니다.'],
    },
    claimed: {
      title: '키오스크에 로그인되었습니다',
      text: ['이제 키오스크 화면을 봐 주세요.'],
    },
    unclaimed: {
      title: '키오스크가 응답하지 않았습니다',
      text: [
        '휴대폰에서는 마쳤지만 키오스크에 로그인되지 않았습니다.',
        '키오스크의 새 QR을 비추거나 직원에게 말씀해 주세요.',
      ],
    },
    denied: {
      title: '로그인하지 않았습니다',
      text: [
        '휴대폰에서 로그인하지 않기로 했습니다.',
        '키오스크에는 아무 정보도 전해지지 않았습니다.',
      ],
    },
    cancelled: {
      title: '키오스크에서 취소했습니다',
      text: ['다시 하려면 키오스크의 새 QR을 비춰 주세요.'],
    },
    'not-my-phone': {
      title: '이 휴대폰은 거절되었습니다',
      text: [
        '키오스크에서 ‘내 휴대폰이 아니에요’를 눌렀습니다.',
        '본인이라면 키오스크의 새 QR을 비춰 주세요.',
      ],
    },
    expired: {
      title: '시간이 지났습니다',
      text: ['로그인되지 않았습니다.', '키오스크의 새 QR을 비춰 주세요.'],
    },
    'not-me': {
      title: '알려 주셔서 고맙습니다',
      text: [
        '키오스크 이용을 끝내고 관리자가 볼 수 있게 남겼습니다.',
        '비밀번호를 바꾸시길 권합니다.',
      ],
    },
    left: {
      title: '키오스크 화면이 닫혔습니다',
      text: ['다시 하려면 키오스크의 새 QR을 비춰 주세요.'],
    },
    ended: {
      title: '이용이 끝났습니다',
      text: ['이 키오스크에서 로그아웃되었습니다.', '이 페이지는 닫아도 됩니다.'],
    },
  },
  obstacles: {
    'in-use': {
      title: '다른 분이 이 코드를 사용하고 있습니다',
      text: [
        '이 휴대폰의 다른 앱에서 열었다면 그 앱에서 계속해 주세요.',
        '아니라면 키오스크에서 새 QR을 받아 주세요.',
      ],
    },
    elsewhere: {
      title: '다른 앱에서 열었습니다',
      text: [
        '이 휴대폰의 다른 앱에서 열었다면 그 앱에서 계속해 주세요.',
        '여기서 로그인하려면 키오스크에서 새 QR을 받아 비춰 주세요.',
      ],
    },
    'no-cookies': {
      title: '쿠키가 꺼져 있습니다',
      text: [
        '이 브라우저가 쿠키를 저장하지 않아 로그인할 수 없습니다.',
        '브라우저 설정에서 쿠키를 허용하거나 다른 브라우저로 QR을 다시 비춰 주세요.',
      ],
    },
    'link-used': {
      title: '이미 사용했거나 오래된 링크입니다',
      text: [
        '링크 전체를 열었는지 확인해 주세요.',
        '링크가 맞다면 직원에게 새 링크를 요청해 주세요.',
      ],
    },
    stale: {
      title: '시간이 지난 QR입니다',
      text: ['QR은 안전을 위해 자주 바뀝니다.', '지금 키오스크에 보이는 QR을 비춰 주세요.'],
    },
    unknown: {
      title: '페이지를 찾을 수 없습니다',
      text: ['키오스크의 QR을 비추거나 키오스크에 보이는 코드를 입력해 주세요.'],
    },
    busy: {
      title: '지금 이용하는 분이 많습니다',
      text: ['잠시 후 다시 시도해 주세요.'],
    },
    'in-doubt': {
      title: '확인하는 중입니다',
      text: ['응답이 늦어지고 있습니다.', '처리되었는지 이 페이지에 나타납니다.'],
    },
    error: {
      title: '문제가 생겼습니다',
      text: ['키오스크의 새 QR을 비추거나 직원에게 말씀해 주세요.'],
    },
  },
  retry: '다시 시도',
  lookAgain: '다시 확인하기',
  retryAfter: '{time} 뒤에 다시 시도해 주세요.',
  units: { minutes: '#분', hours: '#시간' },
  typeCode: '코드 입력하기',
  errorCode: '오류 코드',
  refusals: {
    wrong_credentials:
      '아이디 또는 비밀번호가 맞지 않습니다. 비밀번호를 잊으셨다면 직원에게 문의해 주세요.',
    account_unusable: '사용할 수 없는 계정입니다. 직원에게 말씀해 주세요.',
    password_too_long: '비밀번호가 너무 깁니다.',
    too_many_tries:
      '로그인 시도가 너무 많았습니다. [{time} 뒤에 ]새 QR을 비추거나 직원에게 말씀해 주세요.',
    too_many_codes:
      '코드를 여러 번 잘못 입력했습니다. {time} 뒤에 다시 입력하거나 키오스크의 QR을 비춰 주세요.',
  },
  otherProblem: '문제가 생겼습니다. 다시 시도해 주세요.',
  progress: {
    checking: '확인하는 중…',
    waiting: '지금 이용하는 분이 많습니다. {seconds}초 뒤에 다시 시도합니다.',
    asking: '응답을 받지 못했습니다. 로그인되었는지 확인하는 중…',
    lost: '응답이 없습니다. 처리되었다면 이 페이지에 나타납니다. 그대로면 다시 시도해 주세요.',
  },
}
