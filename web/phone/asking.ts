const mark = 'data-asking'

/**
 * Asks the browser's owner for something in a window of the browser's own; another page would take the question
 * away. Marked in the document, as the scripts of a page share nothing else.
 */
export async function asking<T>(question: () => Promise<T>): Promise<T> {
  const { documentElement } = document
  documentElement.setAttribute(mark, '')
  try {
    return await question()
  } finally {
    documentElement.removeAttribute(mark)
  }
}

export function isAsking(): boolean {
  return document.documentElement.hasAttribute(mark)
}
