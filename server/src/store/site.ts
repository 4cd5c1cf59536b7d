import type { NoticeTexts } from '../protocol/notice-document.ts'
import type { Changed, Decide } from './change.ts'

/** What a place says of itself; one row, which is always there. */
export interface Site {
  /** Null where no operator has changed it: the settings' is shown. */
  notice: NoticeTexts | null
}

export interface SiteRecords {
  read(): Promise<Site>
  /** The one way to change it. */
  update(decide: Decide<Site>): Promise<Changed<Site>>
  /**
   * Keeps the texts that somebody has agreed to under their version, for good; what is kept already stays.
   * @param at when they were first agreed to.
   */
  keepNotice(version: string, texts: NoticeTexts, at: number): Promise<void>
  noticeOf(version: string): Promise<NoticeTexts | null>
}
