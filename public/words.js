/** The page's texts in both languages, and numbers as text. */

/** One text a line: `English|中文`, or `name|English|中文`. */
const WORDS = new Map(`
ready|Ready.|就绪。
sending|Waiting for the headers.|等待响应头。
waiting|Waiting for the answer.|等待答案。
answering|Receiving the answer.|正在接收答案。
finished|Finished.|已完成。
stopped|Stopped.|已停止。
failed|Failed.|失败。
rest|Send a message to see its stream.|发送一条消息，即可看到它的流。
Heartbeats|心跳
Connection|连接
Chunks|数据块
waiting {}|等待 {}
answer {}|答案 {}
request sent|请求已发送
headers|响应头
heartbeat|心跳
first content|首个内容
chunk|数据块
end|结束
gap|longest silence {}|最长静默 {}
early|Refused before the stream began|流开始之前被拒绝
inStream|An error inside the stream|流中的错误
cutShort|Cut: the stream ended too early|中断：答案未完，流已结束
broke|Cut: the connection broke|中断：连接断开
silent|The server does not respond|服务器没有应答
notJson|An event is not JSON|事件不是 JSON
Not an answer|The response is not an answer|不是答案
noModels|Could not load the models|模型列表未能加载
badExtra|This is not a JSON object. {}|不是 JSON 对象。{}
Status|状态
Type|类型
Code|代码
Parameter|参数
Message|消息
Retry after|多久后重试
Request id|请求 ID
Upstream id|上游 ID
When|时间
Loading…|加载中…
{} models loaded.|已加载 {} 个模型。
keyless|Optional: the server has a key of its own.|可留空：服务器有自己的密钥。
text|Text|文本
reasoning|Reasoning|推理
refusal|Refusal|拒绝
call|Tool call|工具调用
image|Image|图像
sound|Sound|声音
other|More|其他
Choice {}|候选 {}
finish|Ended with {}|结束原因：{}
Request|请求
File|文件
Choose a file.|请选择一个文件。
Response headers|响应头
Answer|答案
joined|Answer, joined from the stream|答案（由流拼接）
Copied.|已复制。
uncopied|The browser does not allow copying.|浏览器不允许复制。
comment|注释
off|关闭
under way, {}|进行中，{}
survived|survived {}; {} heartbeats|{} 未中断；{} 次心跳
, but up to {} late|，但最多迟到 {}
cut after {}|{} 后被切断
refused: {}|被拒绝：{}
Checking.|检查中。
buffers|Something on the way buffers the stream: parts arrived up to {} late. Turn off its \
response buffering (nginx: proxy_buffering off).|\
途中有缓冲：数据最多迟到 {}。请关闭那里的响应缓冲（nginx：proxy_buffering off）。
carries|Streams survive a silence of {}, with and without heartbeats.|\
有无心跳，这条路径都能承受 {} 的静默。
beats|Silent streams are cut after {}. Heartbeats prevent this: keep them on.|\
静默 {} 后会被切断，心跳可以避免：请保持开启。
onlyChunk|Only streams with chunk heartbeats survive: set HEARTBEAT_STYLE=chunk.|\
只有数据块形式的心跳能存活：请设 HEARTBEAT_STYLE=chunk。
onlyComment|Only streams with comment heartbeats survive: set HEARTBEAT_STYLE=comment.|\
只有注释形式的心跳能存活：请设 HEARTBEAT_STYLE=comment。
none|Streams are cut after {}, with or without heartbeats: something limits their total time.|\
有无心跳，流都在 {} 后被切断：途中限制了总时长。
closed|Refused. If this proxy has its own keys, enter one of them above.|\
被拒绝。如果代理设有自己的密钥，请在上方填写其中一个。
Send a request and watch its stream arrive.|发送一个请求，看它的流如何到达。
Connect a client|接入客户端
System|跟随系统
Light|浅色
Dark|深色
Stream|流式
Model|模型
Load list|加载列表
API key|API 密钥
Show|显示
Kept in this page’s memory, or in this tab if you choose so.|保存在本页内存中；勾选后保留在此标签页中。
Keep for this tab|在此标签页中保留
Ctrl+Enter sends, Esc stops.|Ctrl+Enter 发送，Esc 停止。
System text and extra JSON|系统提示与附加 JSON
System text|系统提示
Extra JSON|附加 JSON
An object, merged into the request.|一个对象，合并到请求中。
Send|发送
Stop|停止
Clear|清空
Timeline|时间线
First byte|首字节
First content|首个内容
Total|总计
Longest silence|最长静默
Headers after|响应头
Characters/s|字符/秒
Tokens in, out|Token 输入、输出
Raw SSE|原始 SSE
Timings|计时
Copy|复制
Time|时刻
Silence before|此前静默
What arrived|到达的内容
Path check|路径检查
Sends a silent stream from the daemon to this page and shows if anything cuts or buffers it.|\
从守护进程向本页播放一个静默的答案，找出谁会切断或缓冲它。
Silence|静默时长
Check the path|检查路径
client waiting|waiting for {} so far|已等待 {}
client replaying|receiving the answer, {} so far|正在接收答案，已 {}
client whole|stayed {}|坚持了 {}
client left|left after {}|{} 后离开
client broken_off|broken off after {}|{} 后中断
client failed|got an error after {}|{} 后收到错误
: {} heartbeats, {} with data|：{} 次心跳，其中 {} 次带数据
, the first of these after {}|，首次带数据在 {}
unseen|No streaming request yet.|还没有流式请求。
open|{} is waiting.|{} 正在等待。
Client check|客户端检查
Point your client at this daemon and request a slow model (the demo has some). See which \
heartbeats the client gets and whether it stays.|让你自己的客户端连接本守护进程，请求一个会等待的模型\
（演示模型，或任何慢的模型），看它收到哪些心跳、是否坚持到底。
Watch requests|观察请求
Base URL and models: click to copy.|接口地址与模型：点击即复制。
Client|客户端
Did it stay?|坚持住了吗？
Close|关闭
Base URL for a client|填入客户端的接口地址
Language|语言
Colours|配色
`.trim().split('\n').map((it) => it.split('|')).map((it) => [it[0], it.slice(-2)]));

let language = 0;

export const setLanguage = (id) => { language = ['en', 'zh'].indexOf(id); };
export const isWord = (text) => WORDS.has(text);

/** The text in the chosen language; the values replace its `{}`. */
export const say = (word, ...values) =>
  (WORDS.get(word)?.[language] ?? word).replace(/\{\}/g, () => values.shift());

export const time = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);
export const shorten = (text, most) => (text.length <= most ? text : `${text.slice(0, most)}…`);
