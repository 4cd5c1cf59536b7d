import type { FastifyReply } from 'fastify'
import { type PhoneView, renderPage } from './page.ts'
import type { PhoneParts, Visitor } from './visitor.ts'

type WithoutPlace<View> = View extends unknown ? Omit<View, 'place'> : never

/** Answers with a page that a link leads to: it is of the site, and of no kiosk. */
export function showLinkPage(
  reply: FastifyReply,
  { language }: Visitor,
  view: WithoutPlace<PhoneView>,
  { config, assets }: Pick<PhoneParts, 'config' | 'assets'>,
) {
  const place = { site: config.site[language], kiosk: null }
  reply.type('text/html; charset=utf-8').header('vary', 'Accept-Language, Cookie')
  return reply.send(renderPage({ ...view, place }, language, assets))
}
