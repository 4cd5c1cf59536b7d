import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Compares what is locked with what npm says that it has installed: times of files say nothing of a
 * folder that was copied, or filled without what was only for development.
 * @param {{ packages: Record<string, Locked> }} wanted package-lock.json.
 * @param {{ packages: Record<string, Locked> }} there node_modules/.package-lock.json.
 * @param {string} root the folder of both.
 * @param {Machine} machine which of the optional packages are for this one.
 * @returns {string[]} the names of packages that must be installed first.
 */
export function missingPackages(wanted, there, root, machine = thisMachine()) {
  return Object.entries(wanted.packages)
    .filter(([path, locked]) => /(^|\/)node_modules\//.test(path) && isFor(locked, machine))
    .filter(([path, { version }]) => {
      return there.packages[path]?.version !== version || !existsSync(join(root, path))
    })
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
}

/**
 * @typedef {{ version?: string, optional?: boolean, os?: string | string[], cpu?: string | string[], libc?: string | string[] }} Locked
 * @typedef {{ os: string, cpu: string, libc: string | undefined }} Machine
 */

/** An optional one that names no machine belongs to another optional one. */
function isFor({ optional, os, cpu, libc }, machine) {
  if (!optional) return true
  if (!os && !cpu) return false
  return allows(os, machine.os) && allows(cpu, machine.cpu) && allows(libc, machine.libc)
}

/** As npm reads these: a word or several; `!win32` is anything but that. */
function allows(words, value) {
  const list = words === undefined ? [] : [words].flat()
  const wanted = list.filter(word => !word.startsWith('!'))
  return !list.includes(`!${value}`) && (wanted.length === 0 || wanted.includes(value))
}

/** @returns {Machine} */
function thisMachine() {
  const { platform: os, arch: cpu } = process
  if (os !== 'linux') return { os, cpu, libc: undefined }
  const { glibcVersionRuntime } = process.report.getReport().header
  return { os, cpu, libc: glibcVersionRuntime ? 'glibc' : 'musl' }
}
