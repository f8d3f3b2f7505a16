import closeWithGrace from "close-with-grace";
import { pino } from "pino";
import { buildApp } from "./app.ts";
import { ConfigError, loadEnvironment, readConfig } from "./config.ts";
import { AppError } from "./errors.ts";
import { listen } from "./http/listen.ts";
import { logOptions } from "./http/log-options.ts";
import { firstPasswordFile } from "./people/first-password.ts";

/** The process: reads the configuration, starts, and ends on a signal. A second signal ends it at once. */
async function main(): Promise<void> {
  const config = readConfig(loadEnvironment());
  const log = pino({ ...logOptions, level: config.logLevel });
  const { app, brokerUrls, firstAdministrator } = await buildApp({ config, log });

  // Never the password itself: what is printed ends up in a journal.
  if (firstAdministrator) {
    const file = firstPasswordFile(config.dataDir);
    const factor = config.secondFactorRequired
      ? "\n  Set up the second factor under My account first: nothing else can be changed before."
      : "";
    console.log(
      `\n  First sign-in: ${firstAdministrator.name}, with the password in ${file}\n  It goes when that password is changed.${factor}`,
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
