// Strike what is not current any more, offer to copy what is, and look for newer texts: no desk may be alive to do it.
const strike=()=>all("[data-until]",e=>{
if(e.className||new Date()<new Date(e.dataset.until))return
e.className="over"
e.querySelector(".stop").textContent=e.dataset.stop
e.querySelectorAll("article").forEach(a=>{
a.ariaHidden=true
a.querySelector("button")?.remove()})}),
copy=()=>all("section:not(.over) h3",e=>{
const b=d.createElement("button"),text=e.nextSibling
b.textContent="Copy"
b.ariaLabel="Copy: "+e.textContent
b.onclick=()=>{
getSelection().selectAllChildren(text)
// Without the permission, or over plain http, the text is selected: Ctrl+C.
navigator.clipboard?.writeText(text.textContent).then(()=>b.textContent="Copied",()=>{})}
e.append(b)}),
look=async()=>{
strike()
const r=await fetch(location.href,{cache:"no-store"}).catch(()=>0)
if(!r?.ok)return
const n=new DOMParser().parseFromString(await r.text(),"text/html"),made=n.documentElement.dataset.made
if(!(made>h.dataset.made))return
h.dataset.made=made
for(const part of["header","main"])d.querySelector(part).replaceWith(n.querySelector(part))
local()
copy()
strike()}
copy()
strike()
setInterval(strike,1e3)
if(location.protocol!="file:")setInterval(look,3e4)
