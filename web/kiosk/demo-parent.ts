/** What the kiosk page tells the demo page around it, whose "Scan" button stands in for a camera. */
export type DemoMessage =
  | { type: 'qrgate-qr'; url: string | undefined }
  | { type: 'qrgate-state'; state: string }

/** Reaches a parent of this page's own origin and nobody else; says nothing when there is none. */
export function tellDemoParent(message: DemoMessage): void {
  if (parent !== window) parent.postMessage(message, location.origin)
}
