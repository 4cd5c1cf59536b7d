import './kiosk-element.ts'
import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import type { Transport } from './connection.ts'
import type { KioskElement } from './element/kiosk.ts'
import type { QrElement } from './element/qr-element.ts'
import type { TroubleDetail } from './element/trouble-report.ts'
import type { ClaimAnswer, HandOffView } from './protocol.ts'
import type { ScreenUpdate } from './screen-update.ts'
import type { Starter } from './starter.ts'

type On<Detail> = ((event: CustomEvent<Detail>) => void) | undefined

/** What `<qrgate-kiosk>` takes in JSX, beside what every element takes. */
export interface KioskProps extends DetailedHTMLProps<HTMLAttributes<KioskElement>, KioskElement> {
  server?: string | undefined
  start?: 'touch' | 'always' | undefined
  linger?: number | `${number}` | undefined
  transport?: Transport | undefined
  quiet?: boolean | undefined
  starter?: Starter | undefined
  'onqrgate-state'?: On<ScreenUpdate>
  'onqrgate-claimed'?: On<ClaimAnswer>
  'onqrgate-service'?: On<HandOffView>
  'onqrgate-trouble'?: On<TroubleDetail>
}

/** What `<qrgate-qr>` takes in JSX, beside what every element takes. */
export interface QrProps extends DetailedHTMLProps<HTMLAttributes<QrElement>, QrElement> {
  content?: string | undefined
  label?: string | undefined
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'qrgate-kiosk': KioskProps
      'qrgate-qr': QrProps
    }
  }
}
