// Starts a page's program. The build fills in the hashed names.
import start from "{{glue}}";

start({ module_or_path: "{{wasm}}" });
