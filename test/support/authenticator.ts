import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What a page asks to sign in with, as the gate writes it into its pages. */
export interface Asked {
  challenge: string
  rpId: string
  origin: string
}

/** What a test may have an authenticator, or whoever sits before it, say otherwise. */
export interface Twist {
  challenge?: string
  origin?: string
  rpId?: string
  type?: string
  /** More fields of the client data. */
  clientData?: Record<string, unknown>
  /** Bits of the authenticator data (WebAuthn Level 3 §6.1): UP 1, UV 4, BE 8, BS 16, AT 64. */
  flags?: number
  count?: number
  id?: string
  userHandle?: string
  /** COSE algorithm that the new key says it is of. */
  algorithm?: number
  format?: string
  /** Behind the authenticator data. */
  trailing?: Buffer
  attestationObject?: Buffer
  /** The client data as they are signed, whatever is sent. */
  signedClientData?: string
}

const bits = { up: 1, uv: 4, be: 8, bs: 16, at: 64 }

/**
 * An authenticator in software, which signs as a phone does (ES256) and lies where a test wants it to.
 * It sends what `web/phone` sends.
 */
export class Authenticator {
  readonly id = randomBytes(32).toString('base64url')
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #synced: boolean
  #count = 0
  userHandle = ''

  /** @param synced its passkeys may be on other devices, and count nothing. */
  constructor({ synced = true } = {}) {
    this.#synced = synced
  }

  /** COSE_Key, base64url: what a gate keeps of it. */
  get publicKey(): string {
    return coseKey(this.#keys.publicKey).toString('base64url')
  }

  /** Makes a passkey. @param userHandle whose; kept, to be told with each assertion. */
  create(asked: Asked & { userHandle: string }, twist: Twist = {}): string {
    this.userHandle = asked.userHandle
    const clientData = clientDataOf('webauthn.create', asked, twist)
    const id = Buffer.from(twist.id ?? this.id, 'base64url')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const attested = [Buffer.alloc(16), length, id, coseKey(this.#keys.publicKey, twist.algorithm)]
    const authData = Buffer.concat([
      this.#head(asked, { flags: bits.at | this.#flags(), ...twist }),
      ...attested,
      twist.trailing ?? Buffer.alloc(0),
    ])
    const attestationObject =
      twist.attestationObject ??
      cborMap([
        [cborText('fmt'), cborText(twist.format ?? 'none')],
        [cborText('attStmt'), cborMap([])],
        [cborText('authData'), cborBytes(authData)],
      ])
    return JSON.stringify({
      id: twist.id ?? this.id,
      clientDataJSON: Buffer.from(clientData).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    })
  }

  /** Signs in. */
  get(asked: Asked, twist: Twist = {}): string {
    if (!this.#synced) this.#count += 1
    const clientData = clientDataOf('webauthn.get', asked, twist)
    const authData = Buffer.concat([this.#head(asked, twist), twist.trailing ?? Buffer.alloc(0)])
    const signed = createHash('sha256')
      .update(twist.signedClientData ?? clientData)
      .digest()
    const signature = sign('sha256', Buffer.concat([authData, signed]), this.#keys.privateKey)
    return JSON.stringify({
      id: twist.id ?? this.id,
      clientDataJSON: Buffer.from(clientData).toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: twist.userHandle ?? this.userHandle,
    })
  }

  /** Itself, as the DevTools of a browser take it for one of theirs. @param count of the uses so far. */
  forBrowser(rpId: string, count = 0) {
    const privateKey = this.#keys.privateKey.export({ format: 'der', type: 'pkcs8' })
    return {
      credentialId: toBase64(this.id),
      userHandle: toBase64(this.userHandle),
      rpId,
      privateKey: privateKey.toString('base64'),
      isResidentCredential: true,
      signCount: count,
      backupEligibility: this.#synced,
      backupState: this.#synced,
    }
  }

  #flags(): number {
    return bits.up | bits.uv | (this.#synced ? bits.be | bits.bs : 0)
  }

  /** rpIdHash, flags and count. */
  #head({ rpId }: Asked, twist: Twist): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(twist.count ?? this.#count)
    const hash = createHash('sha256')
      .update(twist.rpId ?? rpId)
      .digest()
    return Buffer.concat([hash, Buffer.of(twist.flags ?? this.#flags()), count])
  }
}

const toBase64 = (text: string) => Buffer.from(text, 'base64url').toString('base64')

function clientDataOf(type: string, asked: Asked, twist: Twist): string {
  const { challenge, origin } = { ...asked, ...twist }
  return JSON.stringify({
    type: twist.type ?? type,
    challenge,
    origin,
    crossOrigin: false,
    ...twist.clientData,
  })
}

/** A COSE_Key of ES256 (RFC 9053 §7.1.1). */
function coseKey(key: KeyObject, algorithm = -7): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return cborMap([
    [cborInteger(1), cborInteger(2)],
    [cborInteger(3), cborInteger(algorithm)],
    [cborInteger(-1), cborInteger(1)],
    [cborInteger(-2), cborBytes(Buffer.from(x, 'base64url'))],
    [cborInteger(-3), cborBytes(Buffer.from(y, 'base64url'))],
  ])
}

/** As much of CBOR (RFC 8949 §3) as an authenticator writes. */
function cborHead(major: number, value: number): Buffer {
  if (value < 24) return Buffer.of((major << 5) | value)
  if (value < 256) return Buffer.of((major << 5) | 24, value)
  return Buffer.of((major << 5) | 25, value >> 8, value & 255)
}

const cborInteger = (value: number) => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value))
const cborText = (text: string) =>
  Buffer.concat([cborHead(3, Buffer.byteLength(text)), Buffer.from(text)])
const cborBytes = (bytes: Buffer) => Buffer.concat([cborHead(2, bytes.length), bytes])
const cborMap = (entries: [Buffer, Buffer][]) =>
  Buffer.concat([cborHead(5, entries.length), ...entries.flat()])
