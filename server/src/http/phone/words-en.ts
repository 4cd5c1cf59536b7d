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
  signIn: {
    title: 'Are you at this screen?',
    lead: 'Signing in lets you go on at this kiosk.',
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
    name: 'Name',
    passwordHint: '8 characters or more',
    submit: 'Sign up and sign in',
    back: 'Back to sign-in',
    privacy: 'Privacy notice',
  },
  code: {
    title: 'Enter the code on the screen',
    lead: 'Type the eight letters shown on the kiosk.',
    label: 'Code',
    submit: 'Continue',
    typed: 'Code on the kiosk',
    warning: 'If someone sent you this code, do not sign in.',
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
      title: 'Did somebody else sign in?',
      text: [
        'The operator is told, and a visit that is going on ends.',
        'Your account stays open.',
      ],
    },
    askNumber: 'Your number is cancelled.',
    numberGone: 'Your number is cancelled.',
    yes: 'Yes, it was not me',
    no: 'No, go back',
  },
  handOff: {
    live: { now: 'Live', asOf: 'As of {time}' },
    requested: { title: 'Checking you in …', text: ['Your number will appear here.'] },
    failed: {
      title: 'Staff will help you',
      text: ['Your number is taking longer than usual.', 'Keep this page: it will appear here.'],
    },
    refused: 'Not checked in',
    number: 'Your number',
    accepted: 'You are checked in',
    ahead: people => (people === 0 ? ['You are ', 'next', ''] : ['', peopleOf(people), ' ahead']),
    wait: minutes => ['about ', duration(minutes), ''],
    cells: { place: 'Where', floor: 'Floor', now: 'Now' },
    called: 'Please come in now',
    coming: 'On my way',
    comingSaid: 'They know that you are on your way',
    cancel: {
      button: 'I can’t come today',
      ask: {
        title: 'Give up your place?',
        text: ['You cannot get the same place back.'],
      },
      yes: 'Yes, I can’t come today',
      no: 'No, go back',
    },
    kept: 'You are signed out of the kiosk. Your place is kept.',
    alarm: { title: 'Tell me when it is my turn', text: 'While this page is open' },
    sending: 'Sending…',
    notSent: 'The connection was lost and nothing was sent. Please try again.',
    over: {
      done: { title: 'All done', text: ['You can close this page.'] },
      no_show: {
        title: 'Your turn has passed',
        text: ['You were called and did not come.', 'Please ask the staff.'],
      },
      phone: {
        title: 'Your place is given up',
        text: ['You pressed “I can’t come today”.', 'Next time, check in at the kiosk again.'],
      },
      client: {
        title: 'Your place was cancelled',
        text: ['The staff cancelled it.', 'Please ask them if you have questions.'],
      },
      account: {
        title: 'Your place was cancelled',
        text: ['This account can no longer be used.'],
      },
      over: {
        title: 'Your number has run out',
        text: ['It was good for 12 hours.', 'Please check in at the kiosk again.'],
      },
    },
  },
  outcomes: {
    approved: {
      title: 'Look at the kiosk',
      text: ['You approved the sign-in.', 'The kiosk is checking it.'],
    },
    claimed: {
      title: 'Signed in at the kiosk',
      text: ['Now look at the kiosk.'],
    },
    unclaimed: {
      title: 'The screen did not answer',
      text: [
        'You approved, but the kiosk is not signed in.',
        'Scan the new QR code on the screen, or ask the staff.',
      ],
    },
    denied: {
      title: 'Not signed in',
      text: ['You pressed “Not me”.', 'The kiosk was told nothing about you.'],
    },
    cancelled: {
      title: 'Cancelled at the kiosk',
      text: ['To try again, scan the new QR code on the screen.'],
    },
    'not-my-phone': {
      title: 'This phone was rejected at the kiosk',
      text: [
        'Someone at the kiosk pressed “Not my phone”.',
        'If that was you, scan the new QR code on the screen.',
      ],
    },
    expired: {
      title: 'Time is up',
      text: ['You are not signed in.', 'Scan the new QR code on the screen.'],
    },
    'not-me': {
      title: 'Thank you for telling us',
      text: [
        'The visit at the kiosk is over, and the operator can see your report.',
        'We recommend a new password.',
      ],
    },
    left: {
      title: 'The kiosk’s screen was closed',
      text: ['To try again, scan the new QR code on the screen.'],
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
    stale: {
      title: 'This code is too old',
      text: ['Codes change often to keep you safe.', 'Scan the QR code on the screen again.'],
    },
    unknown: {
      title: 'Page not found',
      text: ['Scan the QR code on the kiosk, or type the code that it shows.'],
    },
    busy: {
      title: 'Many people are signing in',
      text: ['Please try again in a moment.'],
    },
    error: {
      title: 'Something went wrong',
      text: ['Scan the new QR code on the screen, or ask the staff.'],
    },
  },
  retry: 'Try again',
  retryAfter: 'Please try again in {time}.',
  units: { minutes: '# min', hours: '# h' },
  typeCode: 'Type a code',
  errorCode: 'Error code',
  refusals: {
    account_unusable: 'This account cannot be used. Please ask the staff.',
    password_too_long: 'This password is too long.',
    too_many_tries:
      'Too many sign-in attempts. Please scan a new QR code[ in {time}], or ask the staff.',
    too_many_codes: 'Too many wrong codes. Try again in {time}, or scan the QR code.',
  },
  otherProblem: 'Something went wrong. Please try again.',
  progress: {
    checking: 'Checking…',
    waiting: 'Many people are signing in. Trying again in {seconds} s.',
    asking: 'No answer yet. Checking whether you are signed in…',
    lost: 'The connection was lost and you are not signed in. Please try again.',
  },
}
