#!/usr/bin/env node
import '../dist/boot/cli.js'
