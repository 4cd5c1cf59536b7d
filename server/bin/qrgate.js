#!/usr/bin/env node
// Without an import statement or a word that is younger than Node 10, so that any Node can say that it is
// too old.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 24 || (major === 24 && minor < 15)) {
  const end = code => {
    process.exitCode = code === undefined ? 1 : code
    if (code !== undefined) return
    console.error(`qrgate needs Node 24.15 or newer; this is Node ${process.versions.node}.`)
  }
  // In a clone npm has brought a Node that is new enough; what is packed lacks this script.
  import('../../scripts/bundled-node.js')
    .then(({ runBundled }) => runBundled('server/bin/qrgate.js', process.argv.slice(2)))
    .then(end, () => end())
} else {
  import('../dist/boot/qrgate.js').catch(error => {
    const isBuilt =
      error.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.url).endsWith('/dist/boot/qrgate.js')
    if (isBuilt) throw error
    console.error('qrgate is not built yet: npm run build')
    process.exitCode = 1
  })
}
