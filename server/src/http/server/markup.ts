import { raw, html as template } from 'hono/html'

/** Text that is safe to stand in a page as it is. */
export type Markup = ReturnType<typeof raw>

type Part = Markup | string | number | false | null | undefined | readonly Part[]

/** The template library in its plain form: everything interpolated is escaped, nothing is awaited. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  const markup = template(strings, ...parts)
  if (markup instanceof Promise) throw new TypeError('a phone page awaits nothing')
  return markup
}

/** For text of our own making only: the built style and script, which escaping would break. */
export { raw }
