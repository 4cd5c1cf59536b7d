// For the compiler alone (`npm run lint`): the elements in React 19, and what must not compile there.
import type { ClaimAnswer, HandOffView, ScreenUpdate, Starter } from '@qrgate/sdk'
import type { KioskElement, TroubleDetail } from '@qrgate/sdk/kiosk-element'
import '@qrgate/sdk/react'
import type { RefObject } from 'react'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <Yes extends true>(yes?: Yes) => yes

export function onAPage(starter: Starter, kiosk: RefObject<KioskElement | null>) {
  return (
    <main>
      <qrgate-kiosk
        ref={kiosk}
        server="https://gate.example.org"
        lang="ko"
        start="always"
        linger={0}
        transport="poll"
        quiet
        starter={starter}
        className="kiosk"
        onqrgate-state={event => is<Same<typeof event, CustomEvent<ScreenUpdate>>>()}
        onqrgate-claimed={event => is<Same<typeof event, CustomEvent<ClaimAnswer>>>()}
        onqrgate-service={event => is<Same<typeof event, CustomEvent<HandOffView>>>()}
        onqrgate-trouble={event => is<Same<typeof event, CustomEvent<TroubleDetail>>>()}
      >
        <h2 slot="done">Please take a seat.</h2>
      </qrgate-kiosk>
      <qrgate-qr content="https://gate.example.org/q/a" label="QR code" />
    </main>
  )
}

export const wrong = [
  // @ts-expect-error there are two ways to start
  <qrgate-kiosk key="start" start="never" />,
  // @ts-expect-error there is no such way to the gate
  <qrgate-kiosk key="transport" transport="carrier pigeon" />,
  // @ts-expect-error an element's events bring a detail
  <qrgate-kiosk key="event" onqrgate-claimed={(name: string) => name} />,
  // @ts-expect-error a code is a text
  <qrgate-qr key="content" content={1} />,
]
