import type { ClaimName } from '../../protocol/claims.ts'
import type { Words } from './vocabulary.ts'

const claimWords: Record<ClaimName, string> = {
  masked_name: 'a part of your name',
  name: 'your name',
  account_id: 'your user\u00a0ID',
  external_id: 'your record number',
}
const peopleOf = (people: number) => (people === 1 ? '1 person' : `${people} people`)

function duration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return [hours > 0 && `${hours} h`, rest > 0 && `${rest} min`].filter(Boolean).join(' ')
}

const list = new Intl.ListFormat('en')

export const en: Words = {
  language: 'en',
  languageName: 'English',
  myAccount: 'My account',
  signIn: {
    title: 'Are you at the kiosk?',
    lead: 'Sign in to continue at the kiosk.',
    submit: 'Sign in',
    goOn: 'Continue',
    deny: 'Not me',
    newHere: 'First time here?',
    signUp: 'Sign up',
    warning: 'If someone sent you this QR code, do not sign in.',
  },
  signUp: {
    title: 'Sign up',
    lead: 'Signing up also signs you in at this kiosk.',
    invitation: 'Invitation code',
    name: 'Name',
    passwordHint: '8 characters or more',
    submit: 'Sign up and sign in',
    back: 'Back to sign-in',
    privacy: 'Privacy notice',
  },
  oneTap: {
    title: 'Sign in at this kiosk?',
    titleServed: 'Check in at this kiosk?',
    shown: ['The kiosk will show ', ''],
    justScanned: 'Just scanned',
    another: 'Not you?',
    approve: 'Approve',
    decline: 'Decline',
    warning: 'Not standing at this kiosk? Decline.',
  },
  passkey: {
    use: 'Use fingerprint or face',
    or: 'or with your user ID',
    offer: {
      title: 'Next time without a password: fingerprint or face',
      points: [
        'Scan, one touch, done',
        'Fingerprint and face stay on your phone',
        'Does not work on fake pages',
      ],
      make: 'Set up on this phone',
      later: 'Later',
      never: 'Don’t ask on this phone',
    },
    made: 'Set up. Next time, your fingerprint or face is enough.',
    notMade: 'That did not work. You can set it up at your next visit.',
  },
  remember: {
    label: 'Remember me on this phone',
    hint: 'Leave this empty on a shared phone.',
  },
  code: {
    title: 'Enter the code',
    lead: 'It is the eight letters shown on the kiosk.',
    label: 'Code',
    submit: 'Continue',
    typed: 'Code on the kiosk',
    warning: 'If someone sent you this code, do not sign in.',
  },
  invited: {
    title: 'You are invited',
    text: [
      'At the kiosk, scan the QR code and choose “Sign up”.',
      'On this phone, the invitation code is filled in for you.',
    ],
  },
  recovery: {
    title: 'Choose a new password',
    lead: 'The old one stops working, and phones that remember you forget you.',
    submit: 'Set the new password',
    done: {
      title: 'Your new password is set',
      text: ['Sign in with it at the kiosk.', 'You can close this page.'],
    },
  },
  account: 'User ID',
  password: 'Password',
  reveal: 'Show',
  revealName: 'Show password',
  told: (client, claims) => {
    const told = claims.includes('name') ? claims.filter(claim => claim !== 'masked_name') : claims
    if (told.length === 0) return `${client} is told of your visit`
    return `${client} is told ${list.format(told.map(claim => claimWords[claim]))}`
  },
  timeToSignIn: {
    left: 'Time left',
    within: 'Please sign in within {time}.',
    minute: '# min',
    second: '# s',
    more: 'More time',
    runsOut: '{seconds} seconds left to sign in.',
  },
  visit: {
    end: 'Finish at this kiosk',
    notMe: 'It was not me',
    ask: {
      title: 'Did someone else sign in?',
      text: [
        'Your report is kept for the administrator, and a visit in progress ends.',
        'You can go on using your account.',
      ],
    },
    askNumber: 'Your number will be cancelled.',
    numberGone: 'Your number has been cancelled.',
    yes: 'Yes, it was not me',
    no: 'No, go back',
  },
  handOff: {
    live: { now: 'Live', asOf: 'As of {time}' },
    requested: { title: 'Checking you in…', text: ['Your number will appear here.'] },
    failed: {
      title: 'The staff will help you',
      text: [
        'Your number is taking longer than usual.',
        'Keep this page open: it will appear here.',
      ],
    },
    refused: 'You are not checked in',
    number: 'Your number',
    accepted: 'You are checked in',
    ahead: people => (people === 0 ? ['You are ', 'next', ''] : ['', peopleOf(people), ' ahead']),
    wait: minutes => ['about ', duration(minutes), ''],
    cells: { place: 'Place', floor: 'Floor', now: 'Now' },
    called: 'Please go in now',
    coming: 'On my way',
    comingSaid: 'The staff know that you are on your way',
    cancel: {
      button: 'I can’t come today',
      ask: {
        title: 'Cancel your check-in?',
        text: ['You cannot get the same place in the queue back.'],
      },
      yes: 'Yes, I can’t come today',
      no: 'No, go back',
    },
    kept: 'You have finished at the kiosk. You are still checked in.',
    alarm: { title: 'Tell me when it’s my turn', text: 'While this page is open' },
    sending: 'Sending…',
    over: {
      done: { title: 'All done', text: ['You can close this page.'] },
      no_show: {
        title: 'Your turn has passed',
        text: ['You were called and did not come.', 'Please ask the staff.'],
      },
      phone: {
        title: 'You cancelled your check-in',
        text: ['You pressed “I can’t come today”.', 'Next time, check in at the kiosk again.'],
      },
      client: {
        title: 'Your check-in was cancelled',
        text: ['The staff cancelled it.', 'Please ask them if you have questions.'],
      },
      account: {
        title: 'Your check-in was cancelled',
        text: ['This account can no longer be used.'],
      },
      over: {
        title: 'Your check-in has expired',
        text: ['It was valid for 12 hours.', 'Please check in at the kiosk again.'],
      },
    },
  },
  outcomes: {
    approved: {
      title: 'Look at the kiosk',
      text: ['Your phone has done its part.', 'The kiosk is checking.'],
    },
    claimed: {
      title: 'Signed in at the kiosk',
      text: ['Now look at the kiosk.'],
    },
    unclaimed: {
      title: 'The kiosk did not answer',
      text: [
        'You finished on your phone, but you are not signed in at the kiosk.',
        'Scan the new QR code on the kiosk, or ask the staff.',
      ],
    },
    denied: {
      title: 'Not signed in',
      text: ['You said no on this phone.', 'The kiosk was told nothing about you.'],
    },
    cancelled: {
      title: 'Cancelled at the kiosk',
      text: ['To try again, scan the new QR code on the kiosk.'],
    },
    'not-my-phone': {
      title: 'This phone was rejected at the kiosk',
      text: [
        'Someone at the kiosk pressed “Not my phone”.',
        'If that was you, scan the new QR code on the kiosk.',
      ],
    },
    expired: {
      title: 'Time is up',
      text: ['You are not signed in.', 'Scan the new QR code on the kiosk.'],
    },
    'not-me': {
      title: 'Thank you for telling us',
      text: [
        'The visit at the kiosk is over, and the administrator can see your report.',
        'We recommend a new password.',
      ],
    },
    left: {
      title: 'The kiosk’s screen was closed',
      text: ['To try again, scan the new QR code on the kiosk.'],
    },
    ended: {
      title: 'All finished',
      text: ['You are signed out of this kiosk.', 'You can close this page.'],
    },
  },
  obstacles: {
    'in-use': {
      title: 'Someone else is using this code',
      text: [
        'If you opened it in another app on this phone, continue there.',
        'Otherwise, get a new QR code from the kiosk.',
      ],
    },
    elsewhere: {
      title: 'Opened in another app',
      text: [
        'If you opened this in another app on this phone, continue there.',
        'To sign in here, get a new QR code from the kiosk and scan it.',
      ],
    },
    'no-cookies': {
      title: 'Cookies are turned off',
      text: [
        'This browser does not keep cookies, so you cannot sign in.',
        'Allow cookies in the browser’s settings, or scan the QR code again with another browser.',
      ],
    },
    'link-used': {
      title: 'This link was used or is too old',
      text: ['Check that you have opened the whole link.', 'If so, ask the staff for a new one.'],
    },
    stale: {
      title: 'This QR code is too old',
      text: ['QR codes change often to keep you safe.', 'Scan the one on the kiosk now.'],
    },
    unknown: {
      title: 'Page not found',
      text: ['Scan the QR code on the kiosk, or enter the code that it shows.'],
    },
    busy: {
      title: 'Many people are signing in',
      text: ['Please try again in a moment.'],
    },
    'in-doubt': {
      title: 'Still checking',
      text: ['The answer is taking longer than usual.', 'This page will show whether it was done.'],
    },
    error: {
      title: 'Something went wrong',
      text: ['Scan the new QR code on the kiosk, or ask the staff.'],
    },
  },
  retry: 'Try again',
  lookAgain: 'Look again',
  retryAfter: 'Please try again in {time}.',
  units: { minutes: '# min', hours: '# hours' },
  typeCode: 'Enter a code',
  errorCode: 'Error code',
  refusals: {
    wrong_credentials:
      'The user ID or the password is wrong. If you have forgotten your password, please ask the staff.',
    account_unusable: 'This account cannot be used. Please ask the staff.',
    password_too_long: 'This password is too long.',
    too_many_tries:
      'Too many sign-in attempts. Please scan a new QR code[ in {time}], or ask the staff.',
    too_many_codes: 'Too many wrong codes. Try again in {time}, or scan the QR code on the kiosk.',
  },
  otherProblem: 'Something went wrong. Please try again.',
  progress: {
    checking: 'Checking…',
    waiting: 'Many people are signing in. Trying again in {seconds} sec.',
    asking: 'No answer yet. Checking whether you are signed in…',
    lost: 'No answer came. If it was done, this page will show it. Otherwise, please try again.',
  },
}
