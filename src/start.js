import {enableCompileCache} from 'node:module';

// The way in, and JavaScript because all the rest is TypeScript: were the first file one, Node would load its type
// stripper (50 ms, 17 MB) before the cache could be on that holds every file stripped and compiled.
const {directory} = enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory; // for threads and child processes
await import('./cli.ts');
