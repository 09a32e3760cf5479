// Watch the pulse: say so when nobody confirms this page any more, and show what is new.
let last=0,best=new Date(h.dataset.at),every=+h.dataset.pulse,told=""
const note=d.getElementById("note"),
get=url=>fetch(url,{cache:"no-store"}),
fresh=(at,seconds)=>Date.now()-at<=(2*seconds+60)*1e3,
newer=p=>p.epoch-h.dataset.epoch||p.revision-h.dataset.rev,
tell=(text,links=[],hide)=>{if(text==told)return;told=text;note.textContent=text;note.className=hide?"sr":"";
links.forEach((a,i)=>note.append(i?", ":" ",a))},
swapText=(s,text)=>all(s,e=>{e.dataset.was??=e.textContent;e.textContent=text||e.dataset.was}),
stale=(on,skewed)=>{
if(on==h.classList.contains("stale"))return;
h.classList.toggle("stale",on)
swapText(".c .s,summary .s",on&&"Unknown")
swapText(".calm h1",on&&"It is not known whether everything works")
if(!on)return tell("")
const others=[...d.querySelectorAll("footer .host")].filter(a=>a.host!=location.host).map(a=>a.cloneNode(true))
tell(`This page has not been confirmed since ${say(best)}; what it shows may be old.${skewed?" Or the clock of this device is wrong.":""}${others.length?" Look at":""}`,others)
others.forEach(async a=>{try{
const p=await(await get(a.href.replace(/\/*$/,"/lightship/pulse.json"))).json()
if(fresh(Date.parse(p.at),p.seconds))a.after(" (confirmed)")
}catch{}})},
key=e=>e.parentNode.id||e.firstChild.textContent,
swap=async()=>{
const n=new DOMParser().parseFromString(await(await get(location.pathname)).text(),"text/html"),
m=n.documentElement.dataset,css=x=>x.querySelector("style").textContent
if(!(newer({epoch:m.epoch,revision:m.rev})>0))return
if(css(n)!=css(d))return location.reload()
const y=scrollY,open={},at=d.activeElement?.getAttribute("href")
all("details",e=>{open[key(e)]=e.open})
for(const part of["header","main","footer"])d.querySelector(part).replaceWith(n.querySelector(part))
Object.assign(h.dataset,m)
h.classList.remove("stale")
d.title=n.title
all("details",e=>{e.open=open[key(e)]??e.open})
local()
count()
scrollTo(0,y)
all("a",a=>{if(at&&at==a.getAttribute("href"))a.focus({preventScroll:true})})
tell("Updated: "+d.querySelector("h1").textContent,[],1)},
poll=async()=>{
let skewed
try{
const r=await get("lightship/pulse.json"),date=Date.parse(r.headers.get("date"))
skewed=Math.abs(Date.now()-date)>3e5
last=0
if(r.ok){const p=await r.json()
last=Date.parse(p.at)
every=p.seconds
if(last>best)best=new Date(last)
if(newer(p)>0)await swap()
all("#at time",e=>{e.dateTime=best.toISOString();e.textContent=say(best);e.previousSibling.data="Confirmed "})}
}catch{}
stale(!fresh(last,every),skewed)
count()}
// The page itself is one request; asking for its pulse can wait until it stands.
if(location.protocol!="file:"){
setTimeout(poll,1e3)
setInterval(poll,3e4)
d.addEventListener("visibilitychange",()=>d.hidden||poll())}
