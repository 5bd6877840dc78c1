/** Capture files: read and written with nanoseconds, whole or not at all. */
export { AtomicFile, writeFileAtomically } from "./atomic-file.ts";
export { arraySource, type ByteSource, fileSource } from "./bytes.ts";
export { type CapturedFrame, CaptureError, type CapturePlace, linkTypeEthernet, maxRecordedFrame } from "./capture.ts";
export { checkDistinct, type NamedPath } from "./paths.ts";
export { Capture, type CaptureOptions, openCapture } from "./reader.ts";
export { CaptureWriter, type FrameToWrite, type WriterOptions, writeCapture } from "./writer.ts";
