/** The frames of a video: when one is really shown, and the last one. */

const POLL = 500;

/**
 * Follow a video until what is returned is called.
 * @param {HTMLVideoElement} video
 * @param {(media: number) => void} shown is told the frame's place in the picture's own time, in seconds
 */
export function followFrames(video, shown) {
  return "requestVideoFrameCallback" in video ? followShown(video, shown) : followDecoded(video, shown);
}

/**
 * @param {HTMLVideoElement} video
 * @param {(media: number) => void} shown
 */
function followShown(video, shown) {
  let handle = 0;
  /** @type {VideoFrameRequestCallback} */
  const next = (_, { mediaTime }) => {
    handle = video.requestVideoFrameCallback(next);
    shown(mediaTime);
  };
  handle = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(handle);
}

/**
 * In older browsers: the clock of a frozen picture runs on, and so does the decoder of one that hangs;
 * where both go on, a frame is shown.
 * @param {HTMLVideoElement} video
 * @param {(media: number) => void} shown
 */
function followDecoded(video, shown) {
  let [time, frames] = [0, 0];
  const timer = setInterval(() => {
    const { currentTime } = video;
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    if (currentTime !== time && totalVideoFrames > frames) shown(currentTime);
    [time, frames] = [currentTime, totalVideoFrames];
  }, POLL);
  return () => clearInterval(timer);
}

/**
 * A picture of what a video shows, if it shows anything.
 * @param {HTMLVideoElement | undefined} video
 */
export function frameOf(video) {
  if (!video?.videoWidth) return undefined;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return canvas;
}
