// Times in the reader's own zone, named; a promise in UTC, and in the reader's zone; and from a disk, folders as the files
// they stand for.
const d=document,h=d.documentElement,all=(s,f)=>d.querySelectorAll(s).forEach(f),
english=/^en/.test(navigator.language)?navigator.language:"en-GB",
md={month:"short",day:"numeric"},
show=(t,o)=>t.toLocaleString(english,{hour:"2-digit",minute:"2-digit",hourCycle:"h23",...o}),
say=(t,was="")=>show(t,{timeZoneName:"short",
...(/\d{4},/.test(was)?{...md,year:"numeric"}:t.toDateString()!=new Date().toDateString()&&md)}),
yours=(t,was)=>was+(t.getTimezoneOffset()?` (${show(t,t.getDate()!=t.getUTCDate()&&md)} your time)`:""),
lasting=ms=>{const m=Math.max(1,Math.round(ms/6e4)),r=m%60;return m<2?"1 minute":m<60?m+" minutes":m<2880?(m-r)/60+" h"+(r?` ${r} min`:""):Math.round(m/1440)+" days"},
local=()=>all("time",e=>{e.title||=e.textContent;e.textContent=(e.closest(".due")?yours:say)(new Date(e.dateTime),e.title)}),
count=()=>all(".since,.due",e=>{
const last=e.dataset.last,ms=Date.now()-new Date(e.querySelector("time").dateTime),late=ms>=0
if(last){
e.classList.toggle("late",late)
e.firstChild.data=late?"Update was due ":"Next update by "}
e.lastChild.textContent=late?", "+lasting(ms)+(last?` late. Last confirmed ${say(new Date(last))}.`:""):last?", in "+lasting(-ms):""})
local()
count()
setInterval(count,1e3)
