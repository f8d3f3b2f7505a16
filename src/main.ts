import closeWithGrace from "close-with-grace";
import { pino } from "pino";
import { buildApp } from "./app.ts";
import { ConfigError, loadEnvironment, readConfig } from "./config.ts";
import { AppError } from "./errors.ts";
import { listen } from "./http/listen.ts";
import { logOptions } from "./http/log-options.ts";

/** The process: reads the configuration, starts, and ends on a signal. A second signal ends it at once. */
async function main(): Promise<void> {
  const config = readConfig(loadEnvironment());
  const log = pino({ ...logOptions, level: config.logLevel });
  const { app, brokerUrls, firstAdministrator } = await buildApp({ config, log });

  // Before anything that may still fail: it is shown this once.
  if (firstAdministrator) {
    const { name, password } = firstAdministrator;
    const factor = config.secondFactorRequired
      ? "\n  Set up the second factor under My account first: nothing else can be changed before."
      : "";
    console.log(
      `\n  First sign-in: ${name} / ${password}\n  This password is shown once; change it after signing in.${factor}`,
    );
  }

  closeWithGrace({ delay: 15_000, logger: log }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, "the server fails");
    else log.info({ signal }, "the server ends");
    await app.close();
  });

  const address = await listen(app, config);
  const base = config.publicUrl ?? address;
  console.log(
    [
      "",
      "  村村响 Cuncunxiang is running.",
      "",
      `  Console    ${base}/`,
      `  API docs   ${base}/api/docs`,
      `  MQTT       ${brokerUrls.join(", ")}`,
      "",
    ].join("\n"),
  );
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else if (error instanceof AppError) console.error([error.message, error.hint].filter(Boolean).join("\n"));
  else console.error(error);
  process.exit(1);
});
