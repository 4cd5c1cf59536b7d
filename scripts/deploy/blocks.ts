/** A fenced block of a page: the how-manieth of its section, from 1. */
export interface Block {
  name: string
  language: string
  text: string
}

/** @param page Markdown, with `##` and `###` for sections. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = []
  let section = ''
  let count = 0
  for (const [whole, heading, , language = '', text = ''] of page.matchAll(
    /^##+ (.*)$|^(```)(\w*)\n([\s\S]*?)^```$/gm,
  )) {
    if (whole.startsWith('#')) {
      section = heading ?? ''
      count = 0
    } else {
      count += 1
      blocks.push({ name: `${section} ${count}`, language, text })
    }
  }
  return blocks
}

/**
 * What `npm run test:deploy` does with each block of docs/deploy.md: all of it, its first line, or nothing, and
 * then why.
 */
export const deployBlocks: Record<string, 'all' | { first: string } | { not: string }> = {
  'Install 1': 'all',
  'Install 2': 'all',
  'One machine 1': 'all',
  'One machine 2': 'all',
  'The proxy 1': 'all',
  'The proxy 2': 'all',
  'The proxy 3': 'all',
  'The proxy 4': 'all',
  'Several nodes 1': 'all',
  'Several nodes 2': 'all',
  'Several nodes 3': 'all',
  'Several nodes 4': 'all',
  'Several nodes 5': 'all',
  'Several nodes 6': 'all',
  'Several nodes 7': { not: 'there is no Docker; the lines of the Dockerfile were run by hand' },
  'Kiosks 1': { first: 'the others have tests of their own, e.g. test/security/enrolment.test.ts' },
  'Kiosks 2': { not: 'a kiosk’s own desktop; test/e2e starts the same browser without one' },
  'Kiosks 3': { not: 'a kiosk’s own desktop' },
  'A printer for numbers 1': {
    not: 'there is no printer; test/e2e/printing.test.ts prints into PDF',
  },
  'A printer for numbers 2': { not: 'test/integration/backend-example.test.ts runs it' },
  'Accounts 1': { first: 'the others have tests of their own, e.g. account-command.test.ts' },
  'Accounts 2': { not: 'test/integration/sign-up-notice.test.ts runs it' },
  'Accounts 3': { not: 'the document that it reads' },
  'The log 1': 'all',
  'Upgrade 1': 'all',
}
