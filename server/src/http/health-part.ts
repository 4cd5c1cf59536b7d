/** Why a part does not work fully, or null while it does. */
export interface Degraded {
  /** Milliseconds since it began. */
  for_ms: number
  reason: string
}

/** A part of the gate that can be asked how it is; asking takes at most a second. */
export interface Part {
  name: 'database' | 'bus' | 'counts' | 'passwords' | 'files' | 'clock'
  /** True where the gate cannot do its work without it. */
  vital: boolean
  degraded(): Promise<Degraded | null>
}
