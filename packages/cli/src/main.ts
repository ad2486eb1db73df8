#!/usr/bin/env node
import { run } from './program.js';
import { processTerminal } from './terminal.js';

// a reader that has seen enough (`| head`) is no failure
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await run(process.argv.slice(2), processTerminal);
