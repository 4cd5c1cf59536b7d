import {
  acceptedKeys,
  choice,
  databaseAddress,
  hosts,
  integer,
  isShort,
  type Kind,
  listenHost,
  type Mode,
  networks,
  origins,
  pageAddress,
  publicOrigin,
  redisAddress,
  seconds,
  secretKey,
  text,
} from './settings/kinds.ts'
import { secretInFile } from './settings/secret-file.ts'

export { isShort, type Mode }

/** One line of the table of settings: an environment variable. */
export interface Setting<Value = unknown> extends Kind<Value> {
  /** Its text where the variable is missing or empty. */
  default: string
  /** What it is for, for docs/config.md and `.env.example`. */
  about: string
  /** Whether it may also stand in a file, which the variable `NAME_FILE` names. */
  secret?: true
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** The one table of settings; everything that knows a setting's name or default reads it here. */
export const settings = {
  HOST: { default: '0.0.0.0', about: 'Address to listen on.', ...listenHost() },
  PORT: { default: '8080', about: 'Port. Unset, a demo takes a free one.', ...integer(1, 65_535) },
  PUBLIC_URL: {
    default: '',
    about:
      'How phones and kiosks reach the gate. In demo mode: the address of the default route, or in the LAN.',
    ...publicOrigin(),
  },
  QRGATE_PASSKEY_DOMAIN: {
    default: '',
    about:
      "The domain that passkeys are made for, where it is not PUBLIC_URL's host but one above it. Those of another domain no longer work.",
    ...text(),
  },
  SECRET_KEY: {
    default: '',
    about:
      'At least 32 random bytes that nobody can guess. In demo mode: made at the first start and kept.',
    ...secretKey(),
    secret: true,
  },
  SECRET_KEYS_ACCEPTED: {
    default: '',
    about: 'Further keys, by commas, older or next: accepted, never used to sign.',
    ...acceptedKeys(),
    secret: true,
  },
  DATABASE_URL: {
    default: '',
    about: '`sqlite:PATH` or `postgres://…`. Default: qrgate.sqlite in the data folder.',
    ...databaseAddress(),
    secret: true,
  },
  REDIS_URL: {
    default: '',
    about:
      '`redis://…` or `rediss://…`, so that several nodes tell each other at once. Default: one node alone.',
    ...redisAddress(),
    secret: true,
  },
  QRGATE_DATA_DIR: {
    default: 'data',
    about: 'The folder for what the gate itself must keep.',
    ...text(),
  },
  QRGATE_SITE_NAME: {
    default: '서울내과의원',
    about: 'The name of the place, in Korean.',
    ...text(),
  },
  QRGATE_SITE_NAME_EN: {
    default: 'Seoul Clinic',
    about: 'The name of the place, in English.',
    ...text(),
  },
  QRGATE_TIME_ZONE: {
    default: '',
    about: 'The IANA time zone of the place, like Asia/Seoul. Default: that of this machine.',
    ...text(),
  },
  QRGATE_OPENING_HOURS: {
    default: '',
    about:
      'When the place is open, like `Mon-Fri 09:00-12:30 13:30-18:00, Sat 09:00-13:00`. Default: always.',
    ...text(),
  },
  QRGATE_REGISTRATION: {
    default: '',
    about:
      'Sign-up on the phone: `open`, `invitation` for whoever has a code of `qrgate account invite`, or `closed`. Open in demo mode, else closed.',
    ...choice({ demo: 'open', serve: 'closed' }, 'open', 'invitation', 'closed'),
  },
  QRGATE_SIGN_UP_PURPOSE: {
    default: '입력한 정보는 이곳의 접수와 본인 확인에 씁니다.',
    about: 'What the data of whoever signs up are for, in Korean; said on the form.',
    ...text(),
  },
  QRGATE_SIGN_UP_PURPOSE_EN: {
    default: 'What you enter is used to check you in and to recognise you here.',
    about: 'The same in English.',
    ...text(),
  },
  QRGATE_SIGN_UP_CONSENT: {
    default: '',
    about: 'What signing up agrees to, in Korean: a sentence over its button.',
    ...text(),
  },
  QRGATE_SIGN_UP_CONSENT_EN: { default: '', about: 'The same in English.', ...text() },
  QRGATE_PRIVACY_URL: {
    default: '',
    about: 'Where the privacy notice stands, as https://…; the sign-up form links to it.',
    ...pageAddress(),
  },
  QRGATE_ALLOWED_ORIGINS: {
    default: '',
    about: 'Origins whose pages may call the API, by commas. In demo mode: any.',
    ...origins({ demo: ['*'], serve: [] }),
  },
  QRGATE_TRUSTED_PROXIES: {
    default: '',
    about: 'Addresses or CIDR ranges, by commas, of proxies whose X-Forwarded-For is believed.',
    ...networks(),
  },
  QRGATE_WEBHOOK_HOSTS: {
    default: '',
    about:
      'Each `host:port`, by commas, where webhooks may also go by http or to a private address. Without it: public https only.',
    ...hosts(),
  },
  QRGATE_SEED_API: {
    default: '',
    about: '`1` opens the seed API in serve mode, where anybody may then start a sign-in.',
    ...choice({ demo: '1', serve: '0' }, '0', '1'),
  },
  QRGATE_LOG_LEVEL: {
    default: '',
    // Whoever tries a demo at a terminal wants to read its addresses, not a line for each request.
    about: 'fatal, error, warn, info, debug, trace or silent. In demo mode warn, else info.',
    ...choice({ demo: 'warn', serve: 'info' }, ...logLevels),
  },
  QRGATE_LOG_DAYS: {
    default: '800',
    about: 'How many days the log is kept.',
    ...integer(365, 36_500),
  },
  QRGATE_LOG_VISIT_DAYS: {
    default: '90',
    about: "After how many days visitors' events in it are erased; digests and seals stay.",
    // What goes with its segment could not stay for longer.
    ...integer(1, 365),
  },
  QRGATE_HASH_WAIT_SECONDS: {
    default: '3',
    about:
      'The longest wait for a password check; whoever would wait longer is asked to try again.',
    ...seconds(1, 10),
  },
  QRGATE_TRIES_PER_SIGN_IN: {
    default: '10',
    about: 'How often somebody may try to sign in for one scan; then it takes a new QR.',
    ...integer(1, 1_000_000),
  },
  QRGATE_FAILURES_PER_ACCOUNT: {
    default: '10',
    about: 'Wrong passwords for one account from one network in one window; then it waits there.',
    ...integer(1, 1_000),
  },
  QRGATE_FAILURES_PER_ACCOUNT_DAY: {
    default: '100',
    about:
      'Wrong passwords for one account in 24 hours; two fifths are kept for where it signed in lately, and as much as three tenths more for first tries at enrolled kiosks.',
    ...integer(1, 100_000),
  },
  QRGATE_FAILURES_PER_NETWORK: {
    default: '300',
    about:
      'Wrong passwords at one enrolled kiosk, or from one network where anybody may start, in one window; then the first try of each scan is looked at there, or one try in 3 s.',
    ...integer(1, 1_000_000),
  },
  QRGATE_FAILURES_SECONDS: {
    default: '900',
    about: 'How long the window for counting wrong passwords is.',
    ...integer(1, 86_400),
  },
  QRGATE_MAX_SOCKETS: {
    default: '20000',
    about:
      'Kiosk sockets at once on this node. A fifth is kept for enrolled screens; one network holds five eighths at most, and an eighth where nothing is watched.',
    ...integer(1, 1_000_000),
  },
  QRGATE_PENDING_SECONDS: {
    default: '300',
    about: 'How long a QR waits for its scan; also the life of the JWT.',
    ...seconds(1, 3_600),
  },
  QRGATE_SCANNED_SECONDS: {
    default: '180',
    about: 'How long a visitor may take to sign in.',
    ...seconds(1, 3_600),
  },
  QRGATE_APPROVED_SECONDS: {
    default: '120',
    about: 'How long an approval waits for its kiosk.',
    ...seconds(1, 3_600),
  },
  QRGATE_CLAIM_AGAIN_SECONDS: {
    default: '120',
    about: 'How long the same kiosk may repeat its claim.',
    ...seconds(1, 3_600),
  },
  QRGATE_VISIT_SECONDS: {
    default: '600',
    about: 'The longest visit after a claim.',
    ...seconds(1, 86_400),
  },
  QRGATE_HAND_OFF_SECONDS: {
    default: '600',
    about: 'How long a client is asked for a visitor’s number before staff must help.',
    ...seconds(1, 3_600),
  },
  QRGATE_FRAME_SECONDS: { default: '3', about: 'How often the QR changes.', ...seconds(1, 30) },
  QRGATE_FRAME_ACCEPTED_SECONDS: {
    default: '30',
    about: 'How old a QR may be when it is scanned.',
    // Whoever scans a late one has the rest of a receipt's minute to open the page.
    ...seconds(12, 45),
  },
} satisfies Record<string, Setting>

export type SettingName = keyof typeof settings

const rows: [string, Setting][] = Object.entries(settings)

/** Each variable that counts, with those that name a secret's file. */
export const settingNames: readonly string[] = rows.flatMap(([name, { secret }]) => {
  return secret ? [name, `${name}_FILE`] : [name]
})

/** The value of each setting. */
export type Values = { [Name in SettingName]: ReturnType<(typeof settings)[Name]['read']> }

/** @param refuse told of each text that is wrong; then the values must not be used. */
export function readSettings(
  env: NodeJS.ProcessEnv,
  mode: Mode,
  refuse: (fault: string) => void,
): Values {
  const values = rows.map(([name, { default: preset, read, secret }]) => {
    const text = secret ? secretInFile(name, env, refuse) : env[name]
    return [name, read(text || preset, { name, mode, refuse })]
  })
  // No type follows an object through its entries and back.
  return Object.fromEntries(values) as Values
}
