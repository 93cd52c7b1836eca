/** Says that it loads, and never listens. */
process.stdout.write(`parent ${process.pid}\nloading weights 7%\n`);
setInterval(() => {}, 1e6);
