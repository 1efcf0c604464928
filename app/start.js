// Starts a page's program. The build fills in the hashed names.
import start from "{{glue}}";

// A program that broke must not stay: what was on its page goes, and it loads again. The browser's own
// line in the console says where in the program it was.
const again = (cause) => cause instanceof WebAssembly.RuntimeError && setTimeout(() => location.replace("/"), 3000);
addEventListener("error", (event) => again(event.error));
addEventListener("unhandledrejection", (event) => again(event.reason));

// The counter's sentence about old browsers rests on these: `inert`, without which the screen behind the
// countdown could be touched (Chrome 102, Firefox 112), and `dvh`, without which a screen is cut off
// (108, 101). What the program itself needs is older (WebAssembly with references: 96, 79).
const isOld = !("inert" in HTMLElement.prototype && CSS.supports("height", "1dvh"));
if (!(isOld && document.querySelector(".opening-long"))) start({ module_or_path: "{{wasm}}" });
