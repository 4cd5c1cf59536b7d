/** What the kiosk page sends to the demo page around it, whose "Scan" button stands in for a camera. */
export type DemoMessage =
  | { type: 'qrgate-qr'; url: string | undefined }
  | { type: 'qrgate-state'; state: string; screen: string }

/** Notifies a parent of this page's own origin and nobody else; does nothing when there is none. */
export function notifyDemoParent(message: DemoMessage): void {
  if (parent !== window) parent.postMessage(message, location.origin)
}
