import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { HashRouter } from "react-router";
import { finishAtProvider } from "../api.js";
import { Loading, ProblemNotice } from "../parts/notices.tsx";
import { Design } from "./design.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Frame } from "./frame.tsx";
import { Invitation, takeInvitation } from "./invitation.tsx";
import { queries } from "./live-query.ts";
import { takeProviderAnswer } from "./provider-return.ts";
import { openSession, startSession, useSession } from "./session.ts";
import { SignIn } from "./sign-in.tsx";

// Taken out of the address before anything reads it.
const invitation = takeInvitation();
const providerAnswer = takeProviderAnswer();

async function start(): Promise<void> {
  const failure =
    providerAnswer === null
      ? null
      : await finishAtProvider(providerAnswer).then(
          () => null,
          (error: unknown) => error,
        );
  await startSession(failure);
}

/** All of the console: an invitation first, then the pages of whoever is signed in, and the form over them. */
export function Console() {
  const [isInvited, setInvited] = useState(invitation !== null);
  return (
    <Design>
      <ErrorBoundary>
        {isInvited && invitation !== null ? (
          <Invitation token={invitation} onDone={() => setInvited(false)} />
        ) : (
          <SignedIn />
        )}
      </ErrorBoundary>
    </Design>
  );
}

function SignedIn() {
  const { phase, failure, asking } = useSession();
  const isStarted = useRef(false);
  useEffect(() => {
    if (!isStarted.current) void start();
    isStarted.current = true;
  }, []);
  return (
    <>
      {phase === "open" ? (
        <QueryClientProvider client={queries}>
          {/* What is drawn for another address is put off where it is much (`useDeferredValue`), which a transition would not do. */}
          <HashRouter useTransitions={false}>
            <Frame />
          </HashRouter>
        </QueryClientProvider>
      ) : (
        <main id="content">
          {phase === "failed" ? (
            <ProblemNotice error={failure} onRetry={() => void openSession()} />
          ) : (
            <Loading />
          )}
        </main>
      )}
      {asking && <SignIn why={asking.why} failure={asking.failure} />}
    </>
  );
}
