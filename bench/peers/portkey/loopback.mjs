// It listens on every interface and has no option for that; a benchmark stays on loopback.
import net from "node:net";

const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (...args) {
  const [first, second] = args;
  if (typeof first === "number" && typeof second !== "string") args.splice(1, 0, "127.0.0.1");
  else if (typeof first === "object" && first !== null && "port" in first)
    args[0] = { ...first, host: "127.0.0.1" };
  return listen.apply(this, args);
};
