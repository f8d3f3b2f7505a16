import { useEffect, useRef } from "react";
import { uploadPart } from "../upload-part.js";
import { onUpload, uploadOf } from "../uploads.js";

interface Props {
  /** As `recordings/<word>` or where content is. */
  place: string;
  /** Sends the file again. */
  send: (file: File) => Promise<void>;
  /** Uses a recording that arrived and found its place taken. */
  takeKept: (sha256: string) => void;
}

/** How far an upload is, and what can be done with it. */
export function UploadProgress({ place, send, takeKept }: Props) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const part = uploadPart(place, {
      again() {
        const failed = uploadOf(place);
        if (failed) void send(failed.file);
      },
      takeKept,
    });
    host.current?.append(part.element);
    const ignore = onUpload((changed) => changed === place && part.update());
    return () => {
      ignore();
      part.element.remove();
    };
  }, [place, send, takeKept]);
  return <div ref={host} />;
}
