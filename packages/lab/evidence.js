// `npm run evidence`: exists before the build does. Not part of the package.
import "./dist/evidence/main.js";
