// Drives Debian's chromium for Python: reads a command in JSON from each line of stdin, and writes its answer to a line of stdout.
// Commands run one after another. `page` is a number that Python chose in `open`; each page has a context of its own.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.PAGE_NPM}/package.json`);
const { chromium } = require("playwright-core");
const axe_source = require("axe-core").source;

const is_root = process.getuid?.() === 0; // chromium refuses its sandbox then
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: is_root ? ["--no-sandbox"] : [] });
const pages = new Map(); // {context, page, problems, requests}

// The browser's own account of the policy, whatever it prints.
function reportViolations() {
  addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
}

function watchTasks() {
  globalThis.longest_task = 0;
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) globalThis.longest_task = Math.max(globalThis.longest_task, task.duration);
  }).observe({ type: "longtask" });
}

// A function runs with the arguments, anything else is an expression.
const call = ({ page }, { script, args = [] }) => page.evaluate(`(${script})(...${JSON.stringify(args)})`);

const commands = {
  // `clock`: the page's, which `forward` moves.
  async open(_, { page: number, options, url, clock }) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
    context.setDefaultTimeout(170000);
    const page = await context.newPage();
    const one = { context, page, problems: [], requests: [] };
    pages.set(number, one);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) one.problems.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => one.problems.push(`page error: ${error.stack}`));
    page.on("request", (request) => one.requests.push(request));
    await page.addInitScript(reportViolations);
    await page.addInitScript(watchTasks);
    if (clock) await page.clock.install();
    await page.goto(url);
  },
  goto: ({ page }, { url }) => page.goto(url),
  reload: ({ page }) => page.reload(),
  forward: ({ page }, { milliseconds }) => page.clock.fastForward(milliseconds),
  evaluate: call,
  click: ({ page }, { selector, options }) => page.click(selector, options),
  hover: ({ page }, { selector }) => page.hover(selector),
  mouse: ({ page }, { x, y }) => page.mouse.move(x, y),
  fill: ({ page }, { selector, text }) => page.fill(selector, text),
  select: ({ page }, { selector, value }) => page.selectOption(selector, value),
  press: ({ page }, { key }) => page.keyboard.press(key),
  type: ({ page }, { text }) => page.keyboard.type(text),
  size: ({ page }, { width, height }) => page.setViewportSize({ width, height }),
  scheme: ({ page }, { scheme }) => page.emulateMedia({ colorScheme: scheme }),
  offline: ({ context }, { offline }) => context.setOffline(offline),
  permit: ({ context }, { permissions }) => context.grantPermissions(permissions),
  screenshot: ({ page }, { path }) => page.screenshot({ path, fullPage: true, animations: "disabled" }).then(() => null),
  storage: ({ context }) => context.storageState(),
  problems: ({ problems }) => problems.splice(0),
  // Requests whose URL contains `part`: with another value of those headers that they have, or with this answer in the server's place.
  async intercept({ page }, { part, times, headers, answer }) {
    await page.route((url) => url.href.includes(part), (route, request) => {
      if (answer) return route.fulfill(answer);
      const others = Object.entries(request.headers()).map(([name, value]) => [name, headers[name] ?? value]);
      return route.continue({ headers: Object.fromEntries(others) });
    }, { times });
  },
  async wait({ page }, { script, args = [], milliseconds }) {
    const end = Date.now() + milliseconds;
    for (;;) {
      let value = null;
      try {
        value = await page.evaluate(`(${script})(...${JSON.stringify(args)})`);
      } catch (error) {
        // A page that is being loaded has no context for a moment.
        if (!/context was destroyed|navigation/i.test(error.message)) throw error;
      }
      if (value) return value;
      if (Date.now() > end) throw new Error(`waited ${milliseconds} ms in vain`);
      await new Promise((resume) => setTimeout(resume, 25));
    }
  },
  async axe({ page }) {
    await page.evaluate(axe_source);
    return page.evaluate("axe.run().then(({ violations }) => violations)");
  },
  requests: ({ requests }) => Promise.all(requests.map(async (request) =>
    ({ url: request.url(), method: request.method(), headers: await request.allHeaders().catch(() => request.headers()) }))),
  async close({ context }, { page }) {
    pages.delete(page);
    await context.close();
  },
};

const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await commands[command.do](pages.get(command.page), command)) ?? null };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
