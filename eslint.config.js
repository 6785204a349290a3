import js from "@eslint/js";
import globals from "globals";

// A part of the card owns its element: it finds what is inside once, with the helpers of
// template.js, and nobody reaches into the element of another.
const noReachingIn = {
  selector: "MemberExpression[property.name=/^(querySelector|getElementsBy)/]",
  message: "Only template.js looks for elements: see find() and findAll() there.",
};

export default [
  { ignores: [".venv*/", ".demo/", "node_modules/", "dist/", "htmlcov/"] },
  js.configs.recommended,
  {
    rules: {
      "arrow-body-style": "error",
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "max-lines": ["error", 170],
      "max-lines-per-function": ["error", 25],
      "no-shadow": "error",
      "no-unused-vars": ["error", { args: "none" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
    },
  },
  {
    files: ["custom_components/**/*.js", "simulator/static/*.js"],
    languageOptions: { globals: globals.browser },
  },
  { files: ["**/*-worklet.js"], languageOptions: { globals: globals.audioWorklet } },
  { files: ["custom_components/**/*.js"], rules: { "no-restricted-syntax": ["error", noReachingIn] } },
  { files: ["**/www/template.js"], rules: { "no-restricted-syntax": "off" } },
  {
    files: ["tests/card/*.js"],
    languageOptions: { globals: globals.node },
    rules: { "max-lines": ["error", 250], "max-lines-per-function": "off" },
  },
];
