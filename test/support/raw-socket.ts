import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { paths } from '@qrgate/sdk/protocol'
import { openRaw, request } from './raw-http.ts'

export const opcodes = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface RawFrame {
  opcode: number
  payload?: string | Uint8Array
  /** The last fragment of its message; true when left out. */
  fin?: boolean
  masked?: boolean
  reserved?: number
  /** Announces another length than the payload has. */
  length?: number
}

/** A WebSocket peer that keeps no rule of RFC 6455 unless asked to, and answers no ping. */
export class RawSocket {
  readonly socket: Socket
  /** The code of the gate's close frame, or 1006 where it just hung up. */
  readonly closed: Promise<number>

  private constructor(socket: Socket, head: Buffer) {
    this.socket = socket
    let bytes = head
    this.closed = new Promise(resolve => {
      const look = (more: Buffer) => {
        bytes = Buffer.concat([bytes, more])
        for (;;) {
          const frame = readFrame(bytes)
          if (!frame) return
          bytes = bytes.subarray(frame.size)
          if (frame.opcode === opcodes.close) resolve(frame.payload.readUInt16BE(0))
        }
      }
      look(Buffer.alloc(0))
      socket.on('data', look)
      socket.on('close', () => resolve(1006))
    })
  }

  static open(url: string, headers: Record<string, string> = {}): Promise<RawSocket> {
    const socket = openRaw(url)
    socket.write(request(url, `GET ${paths.kiosk}`, { ...upgradeHeaders(), ...headers }))
    return new Promise((resolve, reject) => {
      socket.once('data', chunk => {
        const end = chunk.indexOf('\r\n\r\n')
        if (!chunk.toString('latin1').startsWith('HTTP/1.1 101')) {
          reject(new Error(chunk.toString('latin1')))
        } else resolve(new RawSocket(socket, chunk.subarray(end + 4)))
      })
    })
  }

  send(...frames: RawFrame[]): void {
    this.socket.write(Buffer.concat(frames.map(frameBytes)))
  }
}

export function upgradeHeaders(): Record<string, string> {
  return {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  }
}

export function frameBytes(frame: RawFrame): Buffer {
  const { opcode, fin = true, masked = true, reserved = 0 } = frame
  const payload = Buffer.from(frame.payload ?? '')
  const length = frame.length ?? payload.length
  const size = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8)
  if (size.length === 2) size.writeUInt16BE(length)
  if (size.length === 8) size.writeBigUInt64BE(BigInt(length))
  const short = length < 126 ? length : size.length === 2 ? 126 : 127
  const head = Buffer.from([
    (fin ? 0x80 : 0) | (reserved << 4) | opcode,
    (masked ? 0x80 : 0) | short,
  ])
  // A mask of zeros is a mask.
  return Buffer.concat([head, size, Buffer.alloc(masked ? 4 : 0), payload])
}

function readFrame(bytes: Buffer): { opcode: number; payload: Buffer; size: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < start) return undefined
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  const size = start + length
  if (bytes.length < size) return undefined
  return { opcode: bytes.readUInt8(0) & 0x0f, payload: bytes.subarray(start, size), size }
}
