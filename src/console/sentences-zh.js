import { DEVICE_SENTENCES } from "./sentences-devices-zh.js";
import { OPERATION_SENTENCES } from "./sentences-operation-zh.js";
import { PEOPLE_SENTENCES, PEOPLE_WORDS } from "./sentences-people-zh.js";
import { REGION_SENTENCES } from "./sentences-regions-zh.js";
import { REVIEW_SENTENCES, REVIEW_WORDS } from "./sentences-review-zh.js";

/**
 * What the server says in English, and the same in Chinese; `{}` and `{0}` are the values in it. A test holds this
 * against the server's sources: nothing may be missing, and nothing may be left over.
 * @type {Record<string, string>}
 */
export const SENTENCES = {
  ...DEVICE_SENTENCES,
  ...OPERATION_SENTENCES,
  ...PEOPLE_SENTENCES,
  ...REGION_SENTENCES,
  ...REVIEW_SENTENCES,
  // Why something is not aired, or cannot be approved yet.
  "nothing approved is left for this date": "这一天没有可播的已批准内容",
  "a consent of who is portrayed is missing or has ended by then": "届时出镜（出声）人授权缺失或已到期",
  "a consent of who is portrayed is missing or has ended": "出镜（出声）人授权缺失或已到期",
  "it has aired, and waits for another review before it airs again": "它播出过，再次播出前须重新审签",
  "inside the quiet hours {}": "处于静音时段 {0}",
  "the quiet hours {} count until a second person has confirmed shorter ones":
    "静音时段缩短后尚无第二人确认，仍按 {0} 计",
  "what was chosen for this date is not approved": "所选内容尚未批准",
  "the public holidays of {} are not known yet": "{0} 年的法定节假日安排尚未公布",
  "{}; it airs all the same once it is moved or its content is chosen":
    "{0}；给这一天改期或指定内容，即可照常播出",
  "skipped: {}": "已跳过：{0}",
  "cancelled: {}": "已取消：{0}",
  "no reason given": "没有说明原因",
  "number {} is not transcoded yet": "第 {0} 期（讲）还没有转码完成",
  "it was not ready in time": "开播时还没有就绪",
  "no device has reported a start": "没有终端回传开播",
  "stopped by hand": "人工取消",
  "everything was stopped by hand": "人工停播（全部）",
  "its content lost the approval": "内容的批准被撤回",
  "the schedule was changed": "排期已更改",
  "this date was broadcast before it was moved": "这一天在改期之前已经播出",
  "nothing has been uploaded": "还没有上传录音",
  "it is being listened to": "正在检听",
  "it could not be listened to: {}": "检听失败：{0}",
  "it has not been listened to: that was cancelled": "检听已取消，还没有检听",
  "it has not been listened to": "还没有检听",
  "{} is being made": "{0} 正在转码",
  "{} failed: {}": "{0} 转码失败：{1}",
  "{} was cancelled": "{0} 的转码已取消",

  // Attendance.
  "This broadcast is no lecture.": "这次播出不是讲课",
  "Attendance and feedback are of lectures alone.": "只有讲课才有到课和留言。",
  "The lecture is not for this region.": "这一讲不在该地区播出。",
  "Take one of those that it is shown in.": "请选择播出范围内的地区。",
  "The lecture has not begun.": "还没有开课。",
  "Count the heads once it has.": "请开课后再清点。",
  "There is no letter in it.": "里面没有文字。",
  "Write it out.": "请写出来。",
  "There are characters in it that cannot be seen.": "里面有看不见的字符。",
  "Type it again.": "请重新输入。",
  "It is longer than {} characters.": "超过 {0} 个字符。",
  "Shorten it.": "请缩短。",

  // What was heard in a recording.
  "There is no audible sound in the recording: check the microphone and the exported track.":
    "录音里没有听得见的声音：请检查话筒和导出的音轨。",
  "The recording cannot be read after {} of {}: export it anew and upload that.":
    "录音（共 {1}）从 {0} 起无法读取：请重新导出并上传。",
  "The sound is clipped {}: record it again with less gain.": "{0}声音削波：请降低增益重新录制。",
  "The sound is shifted by {} % of full scale (DC offset) {}: check the sound card.":
    "{1}声音有 {0}% 的直流偏移：请检查声卡。",
  "The {} channel is silent {}: check the cable, or export it as mono.":
    "{0}声道{1}没有声音：请检查线缆，或导出为单声道。",
  "The {} channel is {} dB quieter than the other {}.": "{0}声道{2}比另一声道低 {1} dB。",
  "The two channels are of opposite phase {} and cancel each other in a loudspeaker; the louder one is used for all of it. Check the cable.":
    "{0}两个声道反相，在喇叭里会互相抵消；全程改用较响的一个声道。请检查线缆。",
  "The recording is very quiet ({} LUFS); its noise is raised with it. Record it louder.":
    "录音很轻（{0} LUFS），放大时噪声也会变大。请录得响一些。",
  "The recording has {} samples a second, {}: export it at 48 kHz.":
    "录音的采样率是 {0} Hz，{1}：请按 48 kHz 导出。",
  "which sounds like a telephone": "听起来像电话",
  "which is unusual": "不常见",
  "There is nothing above 5 kHz: it was a telephone, or strongly compressed, before.":
    "5 kHz 以上没有声音：来源是电话，或曾被大幅压缩。",
  "The mains hum in the pauses ({} dBFS at 50 and 100 Hz): check the cable's ground.":
    "停顿处有交流声（50 和 100 Hz 处 {0} dBFS）：请检查线缆接地。",
  "It begins with {} of silence, which can be trimmed.": "开头有 {0} 静音，可以剪掉。",
  "It ends with {} of silence, which can be trimmed.": "结尾有 {0} 静音，可以剪掉。",
  "The picture goes on for {} without sound from {} on: trim the end, or export it with its sound.":
    "从 {1} 起画面还有 {0} 而没有声音：请剪掉结尾，或连同声音重新导出。",
  "It is silent for {} from {} on: cut the pause out, or fill it.":
    "从 {1} 起静音 {0}：请剪掉这段停顿，或补上内容。",
  "It is silent for {} between recordings {} and {}: trim their ends, or shorten the gap.":
    "第 {1} 段与第 {2} 段录音之间静音 {0}：请剪掉首尾静音，或缩短间隔。",
  "It lasts {}, which is {} more than the slot of {}: shorten it, or change the slot.":
    "时长 {0}，比时段 {2} 多 {1}：请缩短，或调整时段。",
  "It lasts {}, less than half of the slot of {}: look whether all of it was uploaded, or change the slot.":
    "时长 {0}，不足时段 {1} 的一半：请检查是否上传了完整录音，或调整时段。",
  "from {} to {}": "从 {0} 到 {1} ",

  // Uploads.
  "The file is not audio or video.": "这个文件不是音频或视频。",
  "Upload a recording as WAV, MP3, M4A, FLAC, OGG, MP4, MOV or MKV.":
    "请上传 WAV、MP3、M4A、FLAC、OGG、MP4、MOV 或 MKV 格式的录音。",
  "The file has no sound.": "这个文件没有声音。",
  "Upload a recording with at least one audio track.": "请上传至少有一条音轨的录音。",
  "The sound is coded in an unknown way ({}).": "声音的编码方式无法识别（{0}）。",
  "The file is encrypted (DRM).": "这个文件是加密的（DRM）。",
  "Upload the unprotected original; a bought or rented copy cannot be used.":
    "请上传未加密的原始文件；购买或租借的版本不能使用。",
  "The file is a playlist ({}) that only points at other files.":
    "这个文件是播放列表（{0}），只是指向别的文件。",
  "Upload the recording itself.": "请上传录音文件本身。",
  "The file is no recording (it looks like {}).": "这个文件不是录音（看起来是 {0}）。",
  "The file is truncated: its index is missing.": "文件不完整：缺少索引。",
  "The file is truncated: it promises {} s but ends after {} s.":
    "文件不完整：标称 {0} 秒，到 {1} 秒就断了。",
  "The file is truncated: it holds {} of {} bytes.": "文件不完整：应有 {1} 字节，只有 {0} 字节。",
  "The file is truncated or damaged: only {} of {} s could be decoded.":
    "文件不完整或已损坏：{1} 秒中只能解码 {0} 秒。",
  "The end is missing, as after a broken copy or recording. {}": "缺少结尾，可能是复制或录制中断。{0}",
  "Upload the file again; if it fails again, export the recording anew.":
    "请重新上传；仍失败请重新导出录音。",
  "The recording is empty: its duration is zero.": "录音是空的：时长为零。",
  "The recording lasts {} ms; at least 400 ms are needed.": "录音只有 {0} 毫秒，至少需要 400 毫秒。",
  "The recording lasts {} s but holds only {} s of sound.": "录音标称 {0} 秒，实际只有 {1} 秒声音。",
  "The recording is longer than 12 hours.": "录音超过 12 小时。",
  "Cut it into parts and upload those.": "请分段后上传。",
  "The file has {} tracks; at most {} are allowed.": "文件有 {0} 条轨道，最多允许 {1} 条。",
  "The picture has {} × {} pixels.": "画面是 {0} × {1} 像素。",
  "Export it with 4096 × 2160 pixels or fewer.": "请按不超过 4096 × 2160 像素导出。",
  "The sound has {} channels; at most {} are allowed.": "声音有 {0} 个声道，最多允许 {1} 个。",
  "The sound has {} samples a second.": "声音的采样率是 {0} Hz。",
  "Export it with 48,000 samples a second (48 kHz).": "请按 48 kHz 采样率导出。",
  "The file's name holds characters that cannot be seen, or that change how the others are read.":
    "文件名里有看不见的字符，或会改变显示顺序的字符。",
  "Rename the file with letters, digits, spaces and hyphens, then upload it again.":
    "请用汉字、字母、数字重新命名文件，然后再上传。",
  "The upload is empty.": "上传的文件是空的。",
  "Choose the recording itself.": "请选择录音文件本身。",
  "Send the file itself as the request body.": "请选择有内容的文件。",
  "The upload has {} bytes, but {} were declared.": "收到 {0} 字节，但声明的是 {1} 字节。",
  "Upload it again.": "请重新上传。",
  "The upload's SHA-256 is {}, but {} was declared.": "文件的 SHA-256 是 {0}，但声明的是 {1}。",
  "The file changed on its way: upload it again.": "文件在传送途中变了：请重新上传。",
  "The upload was cut off after {}{} bytes.": "上传中途断开。",
  "The upload is larger than the {} bytes allowed.": "上传的文件超过允许的 {0} 字节。",
  "Send a compressed copy (MP3 or M4A at 128 kbit/s is plenty for speech), or ask the administrator for more.":
    "请上传压缩后的版本（语音用 128 kbit/s 的 MP3 或 M4A 足够），或请管理员放宽限制。",
  "The server's disk does not read or write.": "服务器磁盘无法读写。",
  "Tell the administrator: it fails, or a quota of the server's account is used up.":
    "请告知管理员：磁盘有故障，或服务器账户的磁盘配额已用完。",
  "The server's disk is full.": "服务器磁盘已满。",
  "It was not saved. Free some room there, or tell the administrator, and send it again.":
    "没有保存。请清理出空间，或告知管理员，然后再发一次。",
  "There is no room for an upload of {}{}: {}.": "空间不足，放不下 {0} 的上传{1}：{2}。",
  " beside {} on the way": "（另有 {0} 正在上传）",
  "{} of {} are free": "磁盘共 {1}，剩余 {0}",
  "{}, and {} must stay free": "{0}，至少要留 {1}",
  "{}, and {} % must stay free": "{0}，至少要留 {1}%",
  "the library holds {} of its quota of {}": "媒体库已用 {0}，限额 {1}",
  "the disk cannot be asked: {}": "无法查询磁盘：{0}",
  'There is no upload with id "{}".': "没有编号为 {0} 的上传。",
  "The recording is in the media library as {}. If it shall be used all the same, use it from there or upload it again.":
    "录音已完整存入媒体库，可以仍用它，或重新上传。",
  "Another recording was put there while this one was arriving.": "传送期间，这个位置已放入别的录音。",
  'The segment "{}" was removed while its recording was arriving.': "传送期间，板块“{0}”被删除了。",
  'The {} header is not a list of digests: "{}".': "请求头 {0} 不是摘要列表：“{1}”。",
  "`sha256` must be 64 hexadecimal digits in lower case.": "`sha256` 应为 64 位小写十六进制数。",
  "`target` is missing.": "缺少 `target`。",
  "Say where the recording goes: episodes/<id>/segments/<n>, sessions/<id>, announcements/<id> or recordings/<word>.":
    "请说明录音放到哪里：episodes/<id>/segments/<n>、sessions/<id>、announcements/<id> 或 recordings/<word>。",
  "Send the file itself as the request body, for example with `curl --upload-file`.":
    "请把文件本身作为请求正文发送，例如用 `curl --upload-file`。",
  "A form was sent where the recording itself is expected.": "应发送录音本身，却收到了表单。",
  "A compressed request body is not accepted.": "不接受压缩的请求正文。",
  "The request has no body.": "请求没有正文。",
  "Send the header as `sha-256=:<base64 of the 32 bytes>:` (RFC 9530), or leave it out.":
    "请按 `sha-256=:<32 字节的 base64>:`（RFC 9530）发送这个请求头，或不发送。",
  "The sha-256 in the {} header has {} bytes; it must have 32.":
    "请求头 {0} 里的 sha-256 有 {1} 字节，应为 32 字节。",
  "Content-Digest and Repr-Digest declare different SHA-256 values.":
    "Content-Digest 与 Repr-Digest 声明的 SHA-256 不一致。",
  "Maximum size exceeded": "文件超过允许的大小。",
  "Upload-Offset conflict": "服务器收到的进度与这里不同，会重新核对。",
  "The file is no picture.": "这个文件不是图片。",
  "Upload the cover as JPEG, PNG or WebP, 1400 × 1400 pixels or more.":
    "请上传 JPEG、PNG 或 WebP 封面，至少 1400 × 1400 像素。",
  "The picture is {} × {} pixels.": "图片是 {0} × {1} 像素。",
  "Upload one of at most {} pixels a side.": "请上传每边不超过 {0} 像素的图片。",

  // Listening and transcoding.
  "The file could not be examined: {}.": "无法检查这个文件：{0}。",
  "The server is busy or short of memory: try again when it is quiet, then tell the administrator.":
    "服务器繁忙或内存不足：请空闲时重试，仍不行请告知管理员。",
  "Something is wrong on the server, not with the file: tell the administrator, then try again.":
    "是服务器的问题，不是文件的问题：请告知管理员，然后重试。",
  "ffprobe has too much to say about it": "检查程序输出过多",
  "ffprobe did not finish within {}": "检查程序在 {0} 内没有完成",
  "ffprobe was ended ({})": "检查程序被终止（{0}）",
  "The server cannot run what {} names.": "服务器无法运行 {0} 指定的程序。",
  "The server cannot run what FFPROBE_PATH names.": "服务器无法运行 FFPROBE_PATH 指定的程序。",
  "Install ffmpeg, or correct FFPROBE_PATH.": "请安装 ffmpeg，或更正 FFPROBE_PATH。",
  "Install it (on Debian: sudo apt-get install -y ffmpeg), or correct {}.":
    "请安装它（Debian：sudo apt-get install -y ffmpeg），或更正 {0}。",
  "ffmpeg did not finish within {}.": "转码在 {0} 内没有完成。",
  "ffmpeg took more than {} of computing time.": "转码用了超过 {0} 的计算时间。",
  "The sound cannot be brought to {} LUFS with peaks below {} dBTP: {} LUFS and {} dBTP is as near as it came.":
    "无法在峰值低于 {1} dBTP 的同时把响度调到 {0} LUFS：最接近的结果是 {2} LUFS、{3} dBTP。",
  "Even out the loudest moments (clicks, claps, handling noise) in an editor, then upload it again.":
    "请用编辑软件压低最响的地方（咔嗒声、掌声、碰话筒声），再重新上传。",
  "There is no audible sound in the recording ({} LUFS).": "录音里没有听得见的声音（{0} LUFS）。",
  "Listen to the file; check the microphone and the exported track, then upload it again.":
    "请试听文件，检查话筒和导出的音轨后重新上传。",
  "The recording has no picture.": "录音没有画面。",
  "The recording {} is gone.": "录音 {0} 已不在了。",
  "The stored recording changed on the disk: it holds {} bytes instead of {}.":
    "存储的录音文件在磁盘上变了：现有 {0} 字节，应为 {1} 字节。",
  "Upload it again, or restore it from a backup.": "请重新上传，或从备份恢复。",
  "What was to be rendered is gone.": "要转码的内容已不在了。",
  "The server's disk is full: free some space, then retry.": "服务器磁盘已满：请腾出空间后重试。",
  "It takes far longer than it lasts: export the recording anew as WAV or MP4.":
    "处理所需时间远超录音本身：请重新导出为 WAV 或 MP4。",
  "The server cannot run ffmpeg: install Debian's ffmpeg.":
    "服务器不能运行 ffmpeg：请安装 Debian 的 ffmpeg。",
  "The server is overloaded: retry when it is quiet.": "服务器负载过高：请在空闲时重试。",
  "The server's ffmpeg lacks a codec: install Debian's ffmpeg.":
    "服务器的 ffmpeg 缺少编解码器：请安装 Debian 的 ffmpeg。",
  "The file is damaged: export the recording anew and upload it again.": "文件已损坏：请重新导出录音并上传。",
  "Retry; if it fails again, export the recording anew as WAV or MP4 and upload it.":
    "请重试；仍失败请把录音重新导出为 WAV 或 MP4 再上传。",
  "The server ended, or lost its database, {} times in a row while it worked on this. Export the recording anew, then retry.":
    "处理这个录音时服务器连续 {0} 次中断。请重新导出录音，然后重试。",
  "It waits for room: {} GB are needed while it is made, and {} GB may be used.":
    "等待空间：转码途中需要 {0} GB，目前可用 {1} GB。",
  "Free some space on the media disk; it goes on by itself.": "请在媒体盘上腾出空间，随后会自动继续。",
  "The job was cancelled.": "任务已取消。",
  "Only a failed or cancelled rendition can be made again.": "只有失败或已取消的转码才能重试。",
  "The job has ended already.": "任务已经结束。",
  "Only a failed or cancelled job can be retried.": "只有失败或已取消的任务才能重试。",
  "Nothing of this job is left to do.": "这个任务没有剩下要做的事。",
  "What it was to make has been made since, or what it was for is gone.":
    "要做的已经做好，或所属的内容已不在了。",

  // The media library.
  "The file {} is missing from the media library.": "媒体库里缺少文件 {0}。",
  "Tell the administrator to restore it from a backup, or upload the recording again.":
    "请管理员从备份恢复，或重新上传录音。",
  "Collect what nothing needs any more (POST /api/v1/media-library/collect), or ask the administrator for more space. What is planned goes on air all the same.":
    "请管理员清理不再需要的内容（POST /api/v1/media-library/collect）或增加空间。已排定的内容照常播出。",
  "A broadcast is on air or about to begin; nothing is moved now.": "正在播出或即将播出，现在不清理。",
  "Do it after the broadcast.": "请在播出之后再做。",
  "The scrub ended early: {}": "媒体库校验中断：{0}",
  "The collection ended early: {}": "媒体库清理中断：{0}",
  "Media space: {}.": "媒体空间：{0}。",
  "Media housekeeping: {}": "媒体库维护出错：{0}",
  "Damaged files without another copy: {}, as {}.": "有 {0} 个文件损坏且没有别的副本，例如 {1}。",
  "The media folder's marker cannot be read: {}.": "无法读取媒体目录的标记：{0}。",
  'The media folder has no marker file "{}".': "媒体目录里没有标记文件“{0}”。",
  "The media folder belongs to another database.": "媒体目录属于另一个数据库。",
  "{} of {} files are missing.": "{1} 个文件中缺少 {0} 个。",
  "{} The media library looks unmounted, so it is left alone.": "{0}媒体库像是没有挂载，因此不去动它。",
  'Mount the disk that MEDIA_DIR names, or restore it from a backup. When this folder is the right one, write "{}" into its "{}"{}.':
    "请挂载 MEDIA_DIR 指定的磁盘，或从备份恢复。如果就是这个目录，请把“{0}”写入其中的“{1}”{2}。",
  "an id of your choice": "自定的编号",
  ' and into the database\'s setting "{}"': "以及数据库设置“{0}”",
  "It cannot be restored: its {} {} is gone for good.": "无法恢复：所属的 {0} {1} 已彻底删除。",
  "It cannot be restored: the file {} is not in the trash.": "无法恢复：回收站里没有文件 {0}。",
  "Upload the recording again.": "请重新上传录音。",
  "Upload the recording again, or restore the file from a backup.": "请重新上传录音，或从备份恢复文件。",

  // Speech.
  "There is nothing in the text that could be said.": "文字里没有可以读出来的内容。",
  "Write words or numbers.": "请写文字或数字。",
  "Several texts are being spoken already.": "正在合成的文字太多。",
  "Try again in a minute.": "请在 1 分钟后重试。",
  "The server is stopping.": "服务器正在停止。",
  'The server cannot speak with "{}".': "服务器没有可用的语音程序（{0}）。",
  "Install it (on Debian: sudo apt-get install -y espeak-ng), or correct ESPEAK_PATH.":
    "请安装它（Debian：sudo apt-get install -y espeak-ng），或更正 ESPEAK_PATH。",
  "The speech engine did not answer within {} s.": "语音引擎在 {0} 秒内没有答复。",
  "The speech engine at {} did not speak. {}": "语音引擎 {0} 没有合成成功。{1}",
  "It cannot be reached.": "连接不上。",
  "It answered with status {}.": "它答复的状态是 {0}。",
  "It answered with {}, not with sound.": "它答复的是 {0}，不是声音。",
  "It sent more than {} bytes.": "它发来的超过 {0} 字节。",
  "Try again; if it happens again, tell the administrator to look at TTS_URL and TTS_TOKEN.":
    "请重试；仍不行请管理员检查 TTS_URL 和 TTS_TOKEN。",

  // Programmes, episodes and sessions.
  'There is no {} with id "{}".': "没有编号为 {1} 的内容，可能已被删除。",
  "There is no such programme.": "没有这个栏目。",
  "{} has an episode {} already.": "{0} 已经有第 {1} 期。",
  "{} has a session {} already.": "{0} 已经有第 {1} 讲。",
  "There is no recording to be trimmed.": "没有可剪的录音。",
  "The segments do not fit the programme.": "板块与栏目不符。",
  "must be one of {}": "只能是 {0} 之一",
  "{} is there twice": "{0} 重复了",
  "there is no {} to be renamed": "没有可改名的 {0}",
  "{} is renamed twice": "{0} 被改名两次",
  "The recording ends after {} ms.": "录音到 {0} 毫秒就结束了。",
  "At least {} ms must remain.": "至少要留 {0} 毫秒。",
  "Only a programme with episodes has a signature tune, stings and a closing.":
    "只有分期的栏目才有片头、间奏和片尾。",

  // Broadcasts and schedules.
  "The broadcast is over ({}).": "这次播出已经结束。",
  '"{}" is not an instant.': "“{0}”不是时刻。",
  "Write it as 2026-12-01T00:00:00Z.": "请写成 2026-12-01T00:00:00Z。",
  "This is not the nextCursor of a page.": "这不是某一页的 nextCursor。",
  "`{}` means nothing here.": "`{0}` 在这里没有意义。",
  "`{}` is missing.": "缺少 `{0}`。",
  'The programme has nothing with id "{}".': "栏目里没有编号为 {0} 的内容。",
  "What the schedule shall air is not clear.": "排期要播什么不明确。",
  "GET /api/v1/episodes and /api/v1/sessions list what there is.":
    "GET /api/v1/episodes 和 /api/v1/sessions 列出现有内容。",
  "GET /api/v1/programmes lists them.": "GET /api/v1/programmes 列出所有栏目。",
  "It says nothing: give skip, moveTo or contentId.": "没有内容：请给出 skip、moveTo 或 contentId。",
  "{} cannot be skipped and aired otherwise at once.": "{0} 不能既跳过又改播。",
  "It moves to nowhere: give a date or a time.": "没有说改到何时：请给出日期或时间。",
  "The rule has nothing on {}{}.": "规则在 {0}{1} 没有播出。",
  "{} has {} times, and all would move to {}: name one.": "{0} 有 {1} 个时间，都会改到 {2}：请指明一个。",
  "{} speaks of {} already.": "{0} 已经说到 {1}。",
  "This schedule airs on {} already.": "这个排期在 {0} 已有播出。",
  "The rule has {} itself, and {}: say by an exception what becomes of it.":
    "规则本身就有 {0}，而{1}：请用一条例外说明这次怎么办。",
  "Give a date an exception that moves it or chooses what it plays, and it airs all the same; or wait until the holidays are published.":
    "给某一天加一条改期或指定内容的例外，它就照常播出；也可以等节假日安排公布。",
  "The rule has {} itself, and an exception takes it away: undo that one instead.":
    "规则本身就有 {0}，是一条例外把它取消或改期了：请撤销那条例外，不必加播。",
  "The programme has no number {} here.": "这里的栏目没有第 {0} 期（讲）。",
  "The rule names no day.": "规则没有指明日子。",
  "Add −1 for the last day of each month, a day of 28 or less, or list the dates in `dates`.":
    "请加上 −1 表示每月最后一天，或用不超过 28 的日子，或在 `dates` 里列出日期。",
  "Day {} alone would skip {}.": "只用 {0} 日会跳过 {1}。",
  "A fifth weekday alone would skip the months that have only four of it.":
    "只用第五个星期几，会跳过只有四个的月份。",
  "Give nth −1 for the last one of each month, or list the dates in `dates`.":
    "请用 −1 表示每月最后一个，或在 `dates` 里列出日期。",
  "Day 30 of lunar month {} is not in every year: on {} the month ends with day 29.":
    "农历 {0} 月不是每年都有三十：{1} 是那个月的最后一天，为廿九。",
  "Give day −1 for the last of the lunar month, or list the dates in `dates`.":
    "请用 −1 表示农历月的最后一天，或在 `dates` 里列出日期。",
  "The schedule would never air: the lunar calendar is known up to {}.":
    "排期永远不会播出：农历数据只到 {0} 年。",
  "The schedule has dates that cannot be.": "排期里有不存在的日期。",
  "The schedule would end before it begins.": "排期在开始之前就结束了。",
  "The seasons contradict each other.": "各季的规定互相矛盾。",
  "The exceptions contradict the rule or each other.": "例外与规则或彼此矛盾。",
  "An exception is for one slot that the rule yields and says one thing about it; an extra date is one that it does not yield.":
    "每个例外针对规则的一个播出时刻，只说一件事；加播的日期须是规则里没有的。",
  "Some dates would be put where their start is past.": "有些日期会改到已经过去的时间。",
  "{} would move to {}, which is past: it would never air.": "{0} 会改到 {1}，这个时间已过，永远不会播出。",
  "{} is past: nothing would air.": "{0} 已过，什么也不会播出。",
  "Give a time that is still ahead; leave an extra date out that is over, and skip a date that shall not air.":
    "请给出还没到的时间；已过的加播日期请去掉，不要播出的日期请用跳过。",
  "Name days that the calendar has, and of each range the earlier one first.":
    "请填写日历上有的日期，时间段先早后晚。",
  "Give a last date from {} on, or leave one of the two out.": "请填 {0} 或更晚的截止日期，或去掉其中一个。",
  "Give each day of the year to one season at most.": "一年中的每一天至多属于一个季节。",
  "The schedule would air {} times within {} days; at most {} are possible.":
    "排期在 {1} 天内会播出 {0} 次，最多只能 {2} 次。",
  "Give fewer times or fewer days.": "请减少时间或日期。",
  "Exclude parts of its regions only.": "只能排除它所面向地区的一部分。",
  "Exclude less, or end the schedule.": "请少排除一些，或结束这个排期。",
  "Make a new one.": "请新建一个。",
  "The schedule would never air: {}.": "这个排期永远不会播出：{0}。",
  "The schedule would never air: its dates are past, skipped, or more than {} days ahead.":
    "这个排期永远不会播出：日期已过、被跳过，或在 {0} 天以后。",
  "Check the dates, exceptions, validFrom and validUntil.": "请检查日期、例外和起止日期。",
  "The last date is not within {} days from the first.": "最后一天离第一天不能超过 {0} 天。",
  "Ask for a month or two at once.": "请一次看一两个月。",
  "There is no {} in the calendar.": "日历上没有 {0}。",
  "The range ends before it begins.": "范围在开始之前就结束了。",
  "It overlaps season {} on {}.": "它与第 {0} 季在 {1} 重叠。",
  "On {} there is no {} in {}: clocks go forward over it.": "{2} 在 {0} 没有 {1}：时钟会跳过它。",
  "Clocks go forward over some of the times.": "时钟会跳过其中一些时间。",
  "Choose a time that every day has.": "请选每天都有的时间。",
  'There is no programme "{}" here.': "这里没有栏目“{0}”。",
  "{} has this name already.": "{0} 已经用了这个名称。",
  "{} schedules here have this name.": "这里有 {0} 个排期用这个名称。",
  "Some schedules could not be told apart in a file.": "有些排期在文件里无法区分。",
  '{} schedules of the programme are called "{}".': "栏目有 {0} 个排期都叫“{1}”。",
  "Give each a name of its own, or end those that are not needed.": "请各取不同名称，或结束不需要的。",
  "and {} more": "另有 {0} 个",
  "The file has {} problem(s); nothing was imported.": "文件有 {0} 个问题，没有导入任何内容。",
  "Correct the entries and send the whole file again; `dryRun=true` only looks.":
    "请更正后重新发送整个文件；`dryRun=true` 只检查。",
  '"{}" is not a time zone.': "“{0}”不是时区。",
  "Use an IANA name such as Asia/Shanghai.": "请用 IANA 名称，如 Asia/Shanghai。",
  "There is no region {}.": "没有区域 {0}。",
  "The schedule is for regions that are not known.": "排期面向的区域不存在。",
  "Import them first: POST /api/v1/regions/import.": "请先导入：POST /api/v1/regions/import。",
  "{} lies in none of the regions.": "{0} 不在任何所选区域内。",
  "The schedule excludes what it is not for.": "排期排除了本就不面向的区域。",
  "Nothing of the regions would be left.": "区域会全部被排除。",
  "On {}, {} is in the quiet hours {}: a daily broadcast would be refused by every device.":
    "{0} 的 {1} 在静音时段 {2} 内：日常播出会被所有终端拒绝。",
  "Choose another time, or change the quiet hours.": "请换一个时间，或更改静音时段。",
  "The schedule has ended.": "排期已经结束。",
  "Somebody else changed the schedule meanwhile.": "排期已被别人修改。",
  "Somebody else changed the episode meanwhile.": "这一期已被别人修改。",
  "It is at version {} now: read it again and repeat your change.": "现在是第 {0} 版：请重新读取后再修改。",

  // Signing in, and anything.
  "Please sign in.": "请先登录。",
  "The name or the password is not right.": "用户名或密码不对。",
  "The first administrator's password is in the file first-password of the data folder until it is changed.":
    "首位管理员的初始密码在数据目录的 first-password 文件里，修改密码后即删除。",
  "Too many requests from this address.": "这个地址的请求太多。",
  "Too many requests of this account, script or device.": "这个账号、脚本或终端的请求太多。",
  "Try again in {}.": "请在 {0} 后重试。",
  "Something went wrong on the server.": "服务器内部出错。",
  "Try again; if it happens again, give the administrator the id in `instance`.":
    "请重试；如果再次出现，请把编号告诉管理员。",
  "The {} is not as described in /api/docs.": "提交的内容不符合要求。",

  // Quiet hours, caps and conflicts.
  "The policy of the whole server": "全局策略",
  "{} allows at most {} here, not {}.": "{0}在此最多允许 {1}，不能是 {2}。",
  "At {} it is still on air from the time before.": "{0} 时上一次还没有播完。",
  'At {} it meets "{}" on the same devices; "{}" would be interrupted or not begin.':
    "{0} 与“{1}”在同一批终端上撞时；“{2}”会被打断或不能开播。",
  "No time within three hours is free on all these dates: leave out devices or dates.":
    "前后三小时内没有在这些日期都空闲的时间：请减少终端或日期。",
  "Move it to {}, which is free on all these dates.": "可改到 {0}，这些日期都空闲。",
  "leave out these areas": "不面向这些地区",
  "At {} these areas keep the quiet hours {}: it will not be heard there.":
    "{0} 时这些地区处于静音时段 {1}：届时听不到。",
  "From {} it runs into the quiet hours {}.": "{0} 开播会播到静音时段 {1} 里。",
  "No time within three hours is free on all these dates: {}.":
    "前后三小时内没有在这些日期都空闲的时间：{0}。",
  "Move it to {}, or {}.": "可改到 {0}，或{1}。",
  "At {} what airs lasts up to {} minutes, and its slot is {}.": "{0} 的内容最长 {1} 分钟，预留时长为 {2}。",
  "Shorten it, or make the slot {} minutes.": "请缩短内容，或把预留时长改为 {0} 分钟。",
  "Up to {} minutes a {} where {} are allowed: what does not fit is left out there: what a smaller area ordered, then the lower priority, then the later.":
    "最多 {0} 分钟（每{1}），而只允许 {2} 分钟：放不下的在当地不播，依次舍去下级安排的、优先级低的、时间晚的。",
  "Skip these dates, leave out these areas, or shorten what airs on them.":
    "请跳过这些日期、不面向这些地区，或缩短当天的内容。",
  "Name days that the calendar has.": "请填写日历上有的日期。",
  "Give less, or change the policy of the region around it first.": "请填更小的值，或先修改上级地区的策略。",
  "Leave `silent` out, or make it a drill.": "请去掉 `silent`，或改为演练。",
  "Give an instant ahead, by at most a day.": "请填写将来的时刻，至多一天之后。",
  "The policy names dates that cannot be.": "策略里有不存在的日期。",
  "An area may only be stricter than what encloses it.": "下级地区只能比上级更严格。",
  "Somebody else changed the policy of the area meanwhile.": "其他人刚刚改过该地区的策略。",
  "The schedule has {} conflict(s) and was not saved.": "排期有 {0} 处冲突，没有保存。",
  "Mend them, or save it anyway with the reason: ?acceptConflicts=…": "请消除冲突，或写明原因后仍然保存。",

  // Why something plays or did not play.
  '"{}" is neither an instant nor a local time.': "“{0}”不是有效的时间。",
  "Write it as 2026-12-01T07:00 (in {}) or 2026-12-01T07:00:00+08:00.":
    "请写成 2026-12-01T07:00（{0}）或 2026-12-01T07:00:00+08:00。",
  "The range is longer than {} days.": "时间范围超过 {0} 天。",
  "Ask in parts.": "请分段查询。",
  "Ask about a device or about a region.": "请指定终端或地区。",
  "Give one of `device` and `region`.": "终端和地区请指定其中一个。",
  "It was announced and taken back: {}.": "曾经排播，后来撤回：{0}。",
  "it is on no timetable any more": "已不在排期中",
  "it is for other areas now": "已改为其他区域",
  "It has not begun: it stands on {}. {}": "还没有开播：排在 {0}。{1}",
  "Nothing was due there within {} minutes of that time.": "该时间前后 {0} 分钟内那里没有排播。",
  "{} of {} devices reported that they played it.": "{1} 台终端中有 {0} 台回传已播出。",
  "No device there was to play it.": "那里没有应播的终端。",
  "It is {}.": "原因：{0}。",
  "Nothing was planned for this time; the rule as it is now was made or changed later.":
    "当时没有排播；现在的规则是后来建立或更改的。",
  "It was moved to {} {}: {}.": "已改到 {0} {1}：{2}。",
  "More than {} broadcasts start between these instants.": "这段时间内有超过 {0} 次播出。",
  "The range is too long.": "时间范围太长。",
  "Ask for a shorter range.": "请缩短时间范围。",
  "Somebody airs it this once.": "这是一次性播出。",
  "It was moved here from {} {}{}.": "由 {0} {1} 改到这里{2}。",
  "It is an extra date{}.": "这是加播{0}。",
  "It plays what was chosen for it{}.": "播出为这一次指定的内容{0}。",
  "Nothing approved is left for it, so the fallback plays.": "没有可播的已批准内容，所以播出替补内容。",
  "It plays as the rule says.": "按规则播出。",
  "It has nothing to play: {}.": "没有内容可播：{0}。",
  "Another broadcast took its place: {}.": "已由另一次播出代替：{0}。",
  "It was stopped or called off: {}.": "已停播或取消：{0}。",
  "It is for other areas.": "它面向其他地区。",
  "It is for {}, and this is a {}.": "它面向 {0}，而这是 {1}。",
  "This area is left out of it.": "它不面向本地区。",
  "It is for the groups {}, and this device is in none of them.": "它面向分组 {0}，本终端不在其中。",
  "It is for devices tagged {}, and this one has none of these tags.":
    "它面向有标签 {0} 的终端，本终端没有。",
  "It is quiet there at that time.": "届时那里处于静音时段。",
  "What comes before it has the {} min a day that are allowed there.":
    "那里每天允许 {0} 分钟，已由排在它前面的占用。",
  "What comes before it has the {} min a week that are allowed there.":
    "那里每周允许 {0} 分钟，已由排在它前面的占用。",
  "What comes before it has the {} min a day or {} min a week that are allowed there.":
    "那里每天允许的 {0} 分钟或每周的 {1} 分钟，已由排在它前面的占用。",
  "{} has the air at that time, and it may not begin so late.": "届时由{0}占用，再晚就不能开播了。",
  "{} has the air at that time; it begins after that.": "届时由{0}占用，之后开播。",
  "It begins, is interrupted by {}{}.": "开播后被{0}打断{1}。",
  "{} {} ({}, of the {}, priority {})": "{0} {1}（{2}，{3}，优先级 {4}）",
  "The device reported that it played it to the end{}.": "终端回传已完整播出{0}。",
  "The device began it and was interrupted: {}.": "终端开播后被打断：{0}。",
  "The device tried and failed: {}.": "终端播出失败：{0}。",
  "The device reported that it began; it has reported no end.": "终端回传已开播，没有回传结束。",
  "The device {} it: {}.": "终端未播（{0}）：{1}。",
  " It had {} before.": "此前已{0}。",
  "The device was not connected and has reported nothing of it since; whether it played from its store is not known.{}":
    "终端当时不在线，之后也没有回传；是否用本地缓存播出不得而知。{0}",
  "The device was not among those that it was sent to, and has reported nothing of it.":
    "终端不在当时的播出对象中，也没有回传。",
  "The device has reported no start; whether it played is not known.{}":
    "终端没有回传开播；是否播出不得而知。{0}",

  // Announcements, drills and emergencies.
  "its recording has not been sent yet": "录音还没有上传",
  "This moment has passed.": "这个时间已经过去。",
  "Leave `startAt` out to air it now.": "不填开播时间即为立即播出。",
  "An announcement is at most 40 days ahead.": "通知最多提前 40 天。",
  "Make it a schedule instead.": "请改用排期。",
  "It must lie after the start, by at most a day.": "它必须在开播之后，且不超过一天。",
  "Only a drill can be silent.": "只有演练可以静音。",
  "It has its recording, or does not wait for one any more.": "已有录音，或不再等待录音。",
  "Stop it and make another.": "请停播后另建一个。",
  "it is not transcoded yet": "还没有转码完成",
  "{} is not a known region.": "{0} 不是已知的地区。",
  "It is for regions that are not known.": "它面向的地区不存在。",
  "Another message came under the same sender, identifier and time.":
    "同一发送者、编号和时间已收到另一条消息。",
  "Its sender has to give it a name of its own.": "发送者必须给它单独的编号。",
  "None of the messages that this one refers to was taken in here.": "它所指的消息都没有导入过。",
  "Import the message that it is about first, or propose an emergency by hand.":
    "请先导入它所指的消息，或手工提出应急播出。",
  "cancelled by {}": "由 {0} 取消",
  "The same message is being taken in already.": "同一条消息正在导入。",
  "It is missing.": "缺少此项。",
  '"{}" is not for the public: Actual and Exercise are.': "“{0}”不面向公众：只接收 Actual 和 Exercise。",
  '"{}" is not for the public.': "“{0}”不面向公众。",
  '"{}" is none of {}.': "“{0}”不是 {1} 之一。",
  "{} has to say which message it is about.": "{0} 必须说明针对哪条消息。",
  "The CAP message cannot be aired as it is.": "这条 CAP 消息不能播出。",
  "Nothing was proposed; an area without an administrative code needs a region (`areas` in the query).":
    "没有提出任何应急；没有行政区划代码的地区需要对应的区划（查询参数 `areas`）。",
  "A message with a document type or entities of its own is not read.":
    "不接收带文档类型或自定义实体的消息。",
  "This is not XML.": "这不是 XML。",
  "This is not a CAP 1.2 message.": "这不是 CAP 1.2 消息。",
  'It has to be an <alert xmlns="{}">.': '它必须是 <alert xmlns="{0}">。',
  "There is nothing to be said.": "没有可朗读的内容。",
  "More than {} characters to be spoken.": "要朗读的内容超过 {0} 字。",
  '"{}" has no administrative code and is not mapped to one.': "“{0}”没有行政区划代码，也没有对应关系。",
  '"{}" is not sender,identifier,sent.': "“{0}”不是 sender,identifier,sent 的形式。",
  '"{}" is not like 2026-12-01T07:00:00+08:00.': "“{0}”不是 2026-12-01T07:00:00+08:00 的形式。",
  "No device has reported that this was heard.": "没有终端回传播出过它。",
  "Wait for the reports, or make an announcement for the areas that you know of.":
    "请等待回传，或对您知道的地区发通知。",
  "Its end has passed.": "它的结束时间已过。",
  "An emergency lasts at most a day.": "应急播出最长一天。",
  "Replace it by another when it has to.": "需要更久时请用新的代替。",
  '"{}" stands in one of its areas already.': "其中的地区已有应急播出“{0}”。",
  "Stop that one first, or propose this one anew with `replaces`.": "请先停止那一个，或提出时说明代替它。",
  '"{}" is no drill, and is not ended by one.': "“{0}”不是演练，演练不能代替它。",
  "Stop that one first, or wait for its end.": "请先停止那一个，或等它结束。",
  "its recording is gone": "录音已不存在",
  'replaced by "{}"': "已由“{0}”代替",
  "its broadcast was stopped": "播出已停止",
  "nobody confirmed it within ten minutes": "十分钟内无人确认",
  "This cannot be confirmed any more.": "已不能确认。",
  "It is confirmed once, and in time. Make it anew.": "只能在时限内确认一次。请重新发起。",
  "It is confirmed by somebody else than asked for it or made its recording.":
    "必须由发起者和录音制作者以外的人确认。",
  "This takes a fresh proof that it is you who sits there.": "此操作需要再次证明是您本人。",
  "Give the next code of the authenticator app, or a recovery code, with it (`code`).":
    "请一并提供验证器应用的下一个动态码，或一个恢复码（`code`）。",
  "Give your password with it (`currentPassword`).": "请一并提供您的密码（`currentPassword`）。",
  "You and another who had a part in it do not count as two people yet: within {} hours one of you has let the other in, or one administrator both.":
    "您和另一位参与者还不能算作两个人：{0} 小时内其中一人为另一人开通了账号，或同一管理员为两人开通。",
  "Ask somebody who was let in longer ago, or wait. Administrators and auditors read who let whom in at GET /people/access-given.":
    "请找开通账号较久的人，或等待。管理员和审计员可由 GET /people/access-given 查看谁为谁开通了账号。",
  "Ask a second person to sign in and to confirm it.": "请另一人登录后确认。",
  "Write it as 2026-12-01T07:00:00+08:00.": "请写成 2026-12-01T07:00:00+08:00。",
  "the speaker's connection was silent for ten seconds": "喊话人的连接中断满十秒",
  "it had lasted as long as it may": "已到最长时间",
  "the server ended while it was being spoken": "喊话时服务器停止了",
  "no second person has confirmed it": "还没有第二人确认",
  "This announcement takes no second person.": "这条通知不需要第二人确认。",
  "Only what most of a county hears inside its quiet hours does.":
    "只有在静音时段向全市多数村庄播出的才需要。",
  'This recording is of "{}", which may not be heard now.': "这份录音属于“{0}”，现在不能播出。",
  "See its review: it takes an approval, where its programme says so a new one for each date, consents that hold, and the signatures that it owes. Or air a recording of your own.":
    "请看它的审签：须已批准（栏目要求重播重审的，每个播出日都须重审）、授权有效、补签未逾期。或播出自己的录音。",
  'its recording is of "{}": {}': "它的录音属于“{0}”：{1}",
  "it is not approved": "尚未批准",
  "only a part of it is approved": "只批准了其中一部分",
  'Only a part of this recording is in "{}", and was approved.': "这份录音只有一部分收入“{0}”并经批准。",
  "What was cut from it nobody has approved. Send a recording that has no more than what is to be heard.":
    "剪去的部分没有人批准过。请上传只含要播内容的录音。",
  "The quiet hours were changed again meanwhile.": "静音时段在此期间又被修改。",
  "Look at them as they are now, and confirm those.": "请查看现在的时段后再确认。",
  "There is nothing to hear of it yet.": "还没有可听的内容。",
  "Confirm it once its recording is there.": "请等录音到位后再确认。",
  "It waits for a second person to confirm it.": "正在等待第二人确认。",
  "Speak once somebody else has: most of a county would hear it inside its quiet hours.":
    "它会在静音时段向全市多数村庄播出，请等另一人确认后再喊话。",
  "nobody has spoken yet": "还没有人喊话",
  "nothing was said": "没有说话",
  "What is spoken live is heard as it is spoken.": "现场喊话边说边播。",
  "Leave the times out.": "请不要填时间。",
  "What is spoken live is heard once.": "现场喊话只播一遍。",
  "ffmpeg ended with {}": "ffmpeg 退出（{0}）",
  "The chunk is empty.": "这一段没有内容。",
  "Send what MediaRecorder gave.": "请发送 MediaRecorder 给出的数据。",
  "This announcement is not spoken live.": "这条通知不是现场喊话。",
  "Send its recording, or make one with the source `live`.": "请发送它的录音，或另建一条现场喊话。",
  "Nobody has spoken yet.": "还没有人喊话。",
  "Somebody else speaks here.": "这里是别人在喊话。",
  "Stop it, or make an announcement of your own.": "请停播它，或自己另发一条通知。",
  "Chunk {} came before chunk {}.": "第 {0} 段先于第 {1} 段到达。",
  "Send the one that is expected, then those after it.": "请先发送缺少的那一段，再发后面的。",
  "Nobody speaks here any more.": "喊话已经结束。",
  "Make another announcement.": "请另发一条通知。",
  "Send its chunks from 0 on.": "请从第 0 段开始发送。",
  "Nobody began to speak within two minutes, so it is not aired.": "两分钟内无人开始喊话，这条通知不再播出。",
  "The chunk before is still being taken in.": "前一段还没有处理完。",
  "Send a chunk when the one before it is answered.": "请在前一段得到答复后再发下一段。",
  "That is more than a voice of this length can have.": "数据量超出了这样长的喊话所能有的。",
  "Record it at 48 kbit/s, or let it last longer.": "请以 48 kbit/s 录制，或把最长时间设得长一些。",
  "A chunk of a voice has at most 512 KB.": "喊话每一段最多 512 KB。",
  "Send what is recorded every half second.": "请每半秒发送一次录下的内容。",
  "The words around a drill are not there any more.": "演练前后要念的话已不存在。",
  "A voice cannot be spoken as {}.": "不能用 {0} 格式喊话。",
  "Send {}.": "请发送 {0}。",
  "No profile makes MP3 for loudspeakers, which is what a live voice is sent in.":
    "没有为喇叭生成 MP3 的转码方案，而现场喊话要用它。",
  "Put loudspeaker-mp3.json back into the profiles, or record the announcement.":
    "请把 loudspeaker-mp3.json 放回方案目录，或先录音再播。",
  "There is no recording {}.": "没有录音 {0}。",
  "Upload it, or let POST /speech speak it; what nobody uses is removed after a while.":
    "请上传，或用文字转语音生成；无人使用的录音过一段时间会被清除。",
};

/** Words that stand for a value in a sentence. @type {Record<string, string>} */
export const WORDS = {
  ...PEOPLE_WORDS,
  ...REVIEW_WORDS,
  left: "左",
  right: "右",
  "unknown reason": "原因不明",
  "1 minute": "1 分钟",
  "(all day)": "（全天）",
};
