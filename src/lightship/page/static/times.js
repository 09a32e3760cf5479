// Times in the reader's own zone, named; and from a disk, folders as the files they stand for.
const d=document,h=d.documentElement,all=(s,f)=>d.querySelectorAll(s).forEach(f),
english=/^en/.test(navigator.language)?navigator.language:"en-GB",
say=(t,was="")=>t.toLocaleString(english,{hour:"numeric",minute:"2-digit",timeZoneName:"short",
...(/\d{4},/.test(was)?{year:"numeric",month:"short",day:"numeric"}:t.toDateString()!=new Date().toDateString()&&{month:"short",day:"numeric"})}),
lasting=ms=>{const m=Math.max(1,Math.round(ms/6e4)),r=m%60;return m<60?m+" min":m<2880?(m-r)/60+" h"+(r?" "+r+" min":""):Math.round(m/1440)+" days"},
local=()=>all("time",e=>{e.title||(e.title=e.textContent);e.textContent=say(new Date(e.dateTime),e.title)}),
span=(s,f)=>all(s,e=>{e.lastChild.textContent=f(Date.now()-new Date(e.querySelector("time").dateTime),e)}),
count=()=>{
span(".since",ms=>ms>0?", "+lasting(ms):"")
span(".due",(ms,e)=>(e.classList.toggle("late",ms>0),ms>0?", late by "+lasting(ms):", in "+lasting(-ms)))}
local()
count()
