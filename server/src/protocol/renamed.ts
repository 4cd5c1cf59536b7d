import type { Localized } from '@qrgate/sdk/protocol'

/**
 * A name of which an operator has changed some. English that was only the Korean text again goes with
 * it, so that no phone shows a name that is gone.
 */
export function renamed(old: Localized, change: Partial<Localized>): Localized {
  const { ko = old.ko } = change
  const { en = old.en === old.ko ? ko : old.en } = change
  return { ko, en }
}
