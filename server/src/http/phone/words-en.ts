import type { Words } from './vocabulary.ts'

export const en: Words = {
  language: 'en',
  languageName: 'English',
  signIn: {
    title: 'Are you at this screen?',
    lead: 'Signing in starts check-in on this kiosk.',
    submit: 'Sign in and check in',
    goOn: 'Continue',
    deny: 'Not me',
    newHere: 'First time here?',
    signUp: 'Sign up',
    warning: 'If someone sent you this QR code, do not sign in.',
  },
  signUp: {
    title: 'Sign up',
    lead: 'Signing up starts check-in on this kiosk.',
    name: 'Name',
    passwordHint: '8 characters or more',
    submit: 'Sign up and check in',
    back: 'Back to sign-in',
  },
  code: {
    title: 'Enter the code on the screen',
    lead: 'Type the eight letters shown on the kiosk.',
    label: 'Code',
    submit: 'Continue',
    typed: 'Code on the kiosk',
    warning: 'If someone sent you this code, do not sign in.',
  },
  account: 'ID',
  password: 'Password',
  reveal: 'Show',
  conceal: 'Hide',
  outcomes: {
    approved: {
      title: 'Look at the kiosk',
      text: ['You approved the sign-in.', 'The kiosk is checking it.'],
    },
    claimed: {
      title: 'Signed in at the kiosk',
      text: ['Now look at the kiosk.', 'You can close this page.'],
    },
    unclaimed: {
      title: 'The screen did not answer',
      text: [
        'You approved, but the kiosk is not signed in.',
        'Scan the new QR code on the screen, or ask the staff.',
      ],
    },
    denied: {
      title: 'Sign-in denied',
      text: ['The kiosk was told nothing about you.', 'You can close this page.'],
    },
    cancelled: {
      title: 'Cancelled at the kiosk',
      text: ['To try again, scan the new QR code on the screen.'],
    },
    'not-my-phone': {
      title: 'Taken for another phone',
      text: [
        'Someone at the kiosk pressed “Not my phone”.',
        'If that was you, scan the new QR code on the screen.',
      ],
    },
    expired: {
      title: 'Time is up',
      text: ['You are not signed in.', 'Scan the new QR code on the screen.'],
    },
    ended: {
      title: 'All finished',
      text: ['You are signed out of this kiosk.', 'You can close this page.'],
    },
  },
  obstacles: {
    'in-use': {
      title: 'Someone else is using this code',
      text: ['Please get a new code from the screen.'],
    },
    stale: {
      title: 'This code is too old',
      text: ['Codes change often to keep you safe.', 'Scan the QR code on the screen again.'],
    },
    unknown: {
      title: 'We do not know this address',
      text: ['Scan the QR code on the kiosk again.'],
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
  errorCode: 'Error code',
  refusals: {
    account_unusable: 'This account cannot be used. Please ask the staff.',
    password_too_long: 'This password is too long.',
    too_many_tries:
      'Too many sign-in attempts. Please scan a new QR code in a while, or ask the staff.',
    too_many_codes: 'Too many wrong codes. Try again in {minutes} min, or scan the QR code.',
  },
  otherProblem: 'Something went wrong. Please try again.',
  progress: {
    checking: 'Checking…',
    waiting: 'Many people are signing in. Trying again in {seconds} s.',
    asking: 'No answer yet. Checking whether you are signed in…',
    lost: 'The connection was lost and you are not signed in. Please try again.',
  },
}
