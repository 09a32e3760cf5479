// Watch the pulse: say so when nobody confirms this page any more, and show what is new. Who to ask, and whether what they
// say is signed, is the business of sw.js, in a thread of its own.
let last=0,best=new Date(h.dataset.seen||h.dataset.at),every=+h.dataset.pulse,helper
const note=d.getElementById("note"),guard=navigator.serviceWorker,
tell=(text,links=[],hide)=>{note.textContent=text;note.className=hide?"sr":"";
links.forEach((a,i)=>note.append(i?", ":" ",a))},
swapText=(s,text)=>all(s,e=>{e.dataset.was??=e.textContent;e.textContent=text||e.dataset.was}),
stale=(on,skewed,other)=>{
if(on==h.classList.contains("stale"))return;
h.classList.toggle("stale",on)
swapText(".c .s,summary .s",on&&"Unknown")
swapText(".calm h1",on&&"It is not known whether everything works")
if(!on)return tell(other)
const others=[...d.querySelectorAll("footer .host")].filter(a=>a.host!=location.host).map(a=>a.cloneNode(true))
tell(`This page has not been confirmed since ${say(best)}; what it shows may be old.${skewed?" Or the clock of this device is wrong.":""}${others.length?" Look at":""}`,others)},
key=e=>e.parentNode.id||e.firstChild.textContent,
swap=(html,other)=>{
const n=new DOMParser().parseFromString(html,"text/html"),
m=n.documentElement.dataset,css=x=>x.querySelector("style").textContent
if(css(n)!=css(d)&&!m.from)return location.reload()
const y=scrollY,open={},at=d.activeElement?.getAttribute("href")
all("details",e=>{open[key(e)]=e.open})
for(const part of["header","main","footer"])d.querySelector(part).replaceWith(n.querySelector(part))
Object.assign(h.dataset,{from:"",...m})
h.classList.remove("stale")
d.title=n.title
all("details",e=>{e.open=open[key(e)]??e.open})
local()
count()
scrollTo(0,y)
all("a",a=>{if(at&&at==a.getAttribute("href"))a.focus({preventScroll:true})})
tell(other||"Updated: "+d.querySelector("h1").textContent,[],!other)},
ask=()=>new Promise(done=>{
const c=new MessageChannel
c.port1.onmessage=e=>done(e.data)
setTimeout(done,2e4,{})
if(!guard?.controller&&!helper){
helper=new Worker("sw.js")
helper.onerror=()=>{helper=0;done({})}}
(guard?.controller||helper).postMessage({...h.dataset},[c.port2])}),
poll=async()=>{
const r=await ask()
if(r.at){
last=Date.parse(r.at)
every=r.seconds
if(last>best)best=new Date(last)
if(r.html)swap(r.html,r.note)
all("#at time",e=>{e.dateTime=best.toISOString();e.textContent=say(best);e.previousSibling.data="Page confirmed "})}
stale(!(Date.now()-last<=(2*every+60)*1e3),r.skewed,r.note)
count()}
// The page itself is one request; all that follows can wait until it stands.
if(location.protocol!="file:"){
if(h.dataset.seen)stale(true)
setTimeout(()=>(self.requestIdleCallback||setTimeout)(()=>{
guard?.register("sw.js",{updateViaCache:"none"}).catch(()=>{})
poll()}),1e3)
setInterval(poll,3e4)
d.addEventListener("visibilitychange",()=>d.hidden||poll())}
