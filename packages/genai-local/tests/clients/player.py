"""Decodes a video with FFmpeg's libraries: `player.py FILE`. Prints its properties as one JSON object."""

import json
import sys

import av

with av.open(sys.argv[1]) as container:
    stream = container.streams.video[0]
    sizes = [(frame.width, frame.height) for frame in container.decode(stream)]
    print(
        json.dumps(
            {
                "format": container.format.name,
                "codec": stream.codec_context.name,
                "fps": float(stream.average_rate),
                "duration_s": container.duration / av.time_base,
                "frames": len(sizes),
                "sizes": sorted(set(sizes)),
            }
        )
    )
