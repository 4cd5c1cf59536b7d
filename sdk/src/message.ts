/** A screen's two sentences; a line feed is where a large headline breaks, and a space elsewhere. */
export interface Message {
  title: string
  text: string
}
