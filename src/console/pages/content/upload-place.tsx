import { Button } from "antd";
import { type DragEvent, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "../../api.js";
import type { Content } from "../../api-types.ts";
import { announce } from "../../notices.js";
import { SpokenDialog } from "../../parts/spoken-dialog.tsx";
import { useUnfinished } from "../../parts/unfinished.ts";
import { UploadProgress } from "../../parts/upload-progress.tsx";
import { putAsset } from "../../resources.js";
import { sentence } from "../../server-words.js";
import { dismissUpload, isUnderWay, onUpload, startUpload, uploadOf } from "../../uploads.js";

interface Props {
  /** As `episodes/<id>/segments/<n>` or `sessions/<id>`. */
  place: string;
  /** Its name for the reader. */
  what: string;
  hasRecording: boolean;
  /** Whether another recording would cost signatures. */
  isReviewed: boolean;
  onChanged: (content: Content) => void;
}

/** The ways to a recording: a file that is dropped or chosen, or a text that the server speaks. */
export function UploadPlace({ place, what, hasRecording, isReviewed, onChanged }: Props) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [isSpeaking, setSpeaking] = useState(false);
  const isBusy = useSyncExternalStore(onUpload, () => isUnderWay(uploadOf(place)));
  const unfinished = useUnfinished(place, isBusy);

  const send = useCallback(
    async (file: File) => {
      const answer: Content | null = await startUpload(place, file);
      if (answer === null) return;
      announce(() => t("upload.done", { file: file.name }));
      onChanged(answer);
    },
    [place, onChanged, t],
  );

  const takeKept = useCallback(
    (sha256: string) => {
      const used: Promise<Content> = putAsset(place, sha256);
      used.then(
        (content) => {
          onChanged(content);
          dismissUpload(place);
        },
        (error: unknown) => announce(() => sentence(asProblem(error).detail)),
      );
    },
    [place, onChanged],
  );

  function choose(files: FileList | null) {
    const file = files?.[0];
    if (file && !isBusy) void send(file);
  }
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    choose(event.dataTransfer.files);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same
    <div
      className={isOver ? "upload-place over" : "upload-place"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(!isBusy);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className="chooser" hidden={isBusy}>
        <input
          ref={input}
          type="file"
          className="unseen"
          tabIndex={-1}
          accept="audio/*,video/*"
          aria-label={t("upload.chooseFor", { what })}
          onChange={({ currentTarget }) => {
            choose(currentTarget.files);
            currentTarget.value = "";
          }}
        />
        <Button onClick={() => input.current?.click()}>
          {t(hasRecording ? "upload.replace" : "upload.choose")}
          <span className="unseen"> {what}</span>
        </Button>
        {!hasRecording && <Button onClick={() => setSpeaking(true)}>{t("speech.open")}</Button>}
        <span className="hint">{t("upload.drop")}</span>
        {hasRecording && isReviewed && <span className="hint">{t("upload.replaceNote")}</span>}
        {unfinished !== null && <span className="hint">{t("upload.unfinished", { file: unfinished })}</span>}
      </div>
      <UploadProgress place={place} send={send} takeKept={takeKept} />
      {isSpeaking && (
        <SpokenDialog
          title={t("speech.title", { what })}
          confirm={t("speech.use")}
          busy={t("speech.using")}
          run={async ({ sha256 }) => {
            onChanged(await putAsset(place, sha256));
            announce(() => t("speech.done"));
          }}
          onClose={() => setSpeaking(false)}
        />
      )}
    </div>
  );
}

/** A file that misses its place shall not take the place of the page. */
export function useMissedFiles(): void {
  useEffect(() => {
    const keep = (event: globalThis.DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    addEventListener("dragover", keep);
    addEventListener("drop", keep);
    return () => {
      removeEventListener("dragover", keep);
      removeEventListener("drop", keep);
    };
  }, []);
}
