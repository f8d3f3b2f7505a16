/** What turns text into a sound file. */
export interface SpeechEngine {
  /** As it is shown beside what it spoke. */
  name: string;
  /**
   * Speaks into a file, WAV or any other kind of recording that may be uploaded.
   * @param text as it is read aloud: without digits
   * @throws {AppError} `unavailable` when the engine cannot be reached or run, `timeout`, or the signal's reason
   */
  speak(text: string, file: string, signal: AbortSignal): Promise<void>;
}
