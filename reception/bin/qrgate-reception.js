#!/usr/bin/env node
// Without an import statement or a word that is younger than Node 10, so that any Node can say that it is
// too old.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 24 || (major === 24 && minor < 15)) {
  console.error(
    `qrgate-reception needs Node 24.15 or newer; this is Node ${process.versions.node}.`,
  )
  process.exitCode = 1
} else {
  import('../dist/cli.js').catch(error => {
    const isBuilt =
      error.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.url).endsWith('/dist/cli.js')
    if (isBuilt) throw error
    console.error('qrgate-reception is not built yet: npm run build')
    process.exitCode = 1
  })
}
