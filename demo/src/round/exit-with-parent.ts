/** Preloaded into every server that the demo starts: when the demo is gone, however it went, so is the server. */
process.channel?.unref();
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
