/** One line of the table of settings: an environment variable. */
export interface Setting {
  default: string
  /** What it is for, for docs/config.md and `.env.example`. */
  about: string
  least?: number
  most?: number
}

/** The one table of settings; everything that knows a setting's name or default reads it here. */
export const settings = {
  HOST: { default: '0.0.0.0', about: 'Address to listen on.' },
  PORT: { default: '8080', about: 'Port to listen on.', least: 1, most: 65_535 },
  PUBLIC_URL: {
    default: '',
    about: 'How phones and kiosks reach the gate. In demo mode: the first LAN address.',
  },
  SECRET_KEY: {
    default: '',
    about: 'At least 32 random bytes. In demo mode: made at the first start and kept.',
  },
  SECRET_KEYS_ACCEPTED: {
    default: '',
    about: 'Further keys, by commas, older or next: accepted, never used to sign.',
  },
  DATABASE_URL: {
    default: '',
    about: '`sqlite:PATH` or `postgres://…`. Default: qrgate.sqlite in the data folder.',
  },
  REDIS_URL: {
    default: '',
    about: '`redis://…`, so that several nodes tell each other at once. Default: one node alone.',
  },
  QRGATE_DATA_DIR: { default: 'data', about: 'The folder for what the gate itself must keep.' },
  QRGATE_SITE_NAME: { default: '서울내과의원', about: 'The name of the place, in Korean.' },
  QRGATE_SITE_NAME_EN: { default: 'Seoul Clinic', about: 'The name of the place, in English.' },
  QRGATE_REGISTRATION: {
    default: '',
    about: '`open` or `closed`: sign-up on the phone. Open in demo mode, else closed.',
  },
  QRGATE_ALLOWED_ORIGINS: {
    default: '',
    about: 'Origins whose pages may call the API, by commas. In demo mode: any.',
  },
  QRGATE_TRUSTED_PROXIES: {
    default: '',
    about: 'Addresses or CIDR ranges, by commas, of proxies whose X-Forwarded-For is believed.',
  },
  QRGATE_SEED_API: {
    default: '',
    about: '`1` opens the seed API in serve mode, where anybody may then start a sign-in.',
  },
  QRGATE_LOG_LEVEL: {
    default: '',
    about: 'fatal, error, warn, info, debug, trace or silent. In demo mode warn, else info.',
  },
  QRGATE_HASH_QUEUE: {
    default: '200',
    about: 'Password checks that may wait; beyond it people are asked to try again.',
    least: 1,
    most: 10_000,
  },
  QRGATE_FAILURES_PER_ACCOUNT: {
    default: '10',
    about: 'Wrong passwords for one account from one network in one window; then it waits there.',
    least: 1,
    most: 1_000,
  },
  QRGATE_FAILURES_PER_ACCOUNT_DAY: {
    default: '100',
    about:
      'Wrong passwords for one account in 24 hours; a network where it signed in has its own count.',
    least: 1,
    most: 100_000,
  },
  QRGATE_FAILURES_PER_NETWORK: {
    default: '300',
    about: 'Wrong passwords from one address in one window; a whole building may share one.',
    least: 1,
    most: 1_000_000,
  },
  QRGATE_FAILURES_SECONDS: {
    default: '900',
    about: 'How long the window for counting wrong passwords is.',
    least: 1,
    most: 86_400,
  },
  QRGATE_MAX_SOCKETS: {
    default: '20000',
    about: 'Kiosk sockets at once on this node.',
    least: 1,
    most: 1_000_000,
  },
  QRGATE_PENDING_SECONDS: {
    default: '300',
    about: 'How long a QR waits for its scan; also the life of the JWT.',
    least: 1,
    most: 3_600,
  },
  QRGATE_SCANNED_SECONDS: {
    default: '180',
    about: 'How long a visitor may take to sign in.',
    least: 1,
    most: 3_600,
  },
  QRGATE_APPROVED_SECONDS: {
    default: '120',
    about: 'How long an approval waits for its kiosk.',
    least: 1,
    most: 3_600,
  },
  QRGATE_CLAIM_AGAIN_SECONDS: {
    default: '120',
    about: 'How long the same kiosk may repeat its claim.',
    least: 1,
    most: 3_600,
  },
  QRGATE_VISIT_SECONDS: {
    default: '600',
    about: 'The longest visit after a claim.',
    least: 1,
    most: 86_400,
  },
  QRGATE_FRAME_SECONDS: {
    default: '3',
    about: 'How often the QR changes.',
    least: 1,
    most: 30,
  },
  QRGATE_FRAME_ACCEPTED_SECONDS: {
    default: '30',
    about: 'How old a QR may be when it is scanned.',
    least: 12,
    most: 60,
  },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings
