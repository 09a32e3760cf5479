// The reader's own failover, in a thread of its own. As a service worker it answers navigations, so that a returning reader
// gets the newest page whatever became of the host behind the name; as a plain worker it serves the open page's script.
// What it shows of another host is signed by this page's key. PAGE, KEY, HOSTS and ON are written above when it is drawn.
const own=new URL(".",location).href,stores=`lightship ${own} `,store=stores+PAGE+KEY,
others=HOSTS.map(url=>new URL(url).href).filter(url=>url!=own),
newer=(a,b)=>a.epoch-b.epoch||a.revision-b.revision,
fresh=p=>Date.now()-Date.parse(p.at)<=(2*p.seconds+60)*1e3,
sleep=ms=>new Promise(done=>setTimeout(done,ms)),
soon=(promise,ms)=>Promise.race([promise,sleep(ms)]).catch(()=>{}),
bytes=text=>Uint8Array.from(atob(text),c=>c.charCodeAt()),
text=body=>new TextDecoder().decode(body),
sha=async body=>[...new Uint8Array(await crypto.subtle.digest("SHA-256",body))].map(b=>b.toString(16).padStart(2,0)).join(""),
// Without Ed25519 in the browser (or outside a secure context) our own host is believed, and no other.
key=(async()=>crypto.subtle.importKey("raw",bytes(KEY),"Ed25519",false,["verify"]))().catch(()=>0),
// Web servers tell two versions apart by second and size: what is short is read anew each time, a page by its hash.
get=async(url,cache="no-store")=>{
const r=await fetch(url,{cache,signal:AbortSignal.timeout(8e3)})
if(!r.ok)throw r
return r},
// The signed bytes are the document's own, without its signature.
signed=async(base,name)=>{
const r=await get(base+`lightship/${name}.json`),whole=await r.text(),known=await key,
[member,signature]=/,"signature":"(.*?)"/.exec(whole),payload=whole.replace(member,""),claim=JSON.parse(payload)
if(claim.page!=PAGE||claim.format!=`lightship-${name}/1`||!(known?await crypto.subtle.verify("Ed25519",known,bytes(signature),new TextEncoder().encode(payload)):base==own))throw 0
return{...claim,base,skewed:Math.abs(Date.now()-Date.parse(r.headers.get("date")))>3e5}},
read=async(base,path,cache="no-cache")=>{
const[body,manifest,pulse]=await Promise.all([get(base+path,cache).then(r=>r.arrayBuffer()),signed(base,"manifest"),signed(base,"pulse").catch(()=>0)]),html=text(body)
if(await key){
let digest=manifest.files[path]
if(!digest){
// A leaf page names its month, and the manifest the list of that month: a wrong name only fails.
const month=/.*history\/(\d{4}-\d\d)\//s.exec(path[0]=="h"?path:html)[1],shelf=await(await get(base+`lightship/months/${month}.json`)).arrayBuffer()
digest=await sha(shelf)==manifest.months[month]&&JSON.parse(text(shelf)).files[path]}
// A pulse newer than its page: one of the two is held back.
if(await sha(body)!=digest||newer(pulse,manifest)>0)throw"torn"}
return{...manifest,...pulse&&{at:pulse.at,seconds:pulse.seconds,skewed:pulse.skewed},html}},
// Perhaps it was released between our questions: ask once more.
page=(base,path)=>read(base,path).catch(async e=>{
if(e!="torn")throw e
await sleep(300)
return read(base,path,"reload")}),
// Our own host first: it has 1.6 seconds. The others are asked when it has nothing good, or after half of that, so that their
// answers are there by then; and whoever knows most is believed.
find=async(ask,last)=>{
const pages=[],good=p=>fresh(p)&&!(newer(p,last)<0),
add=base=>ask(base).then(p=>{
pages.push(p)
if(!good(p))throw 0}),
mine=add(own)
await soon(mine,800)
if(!pages.some(good)){
const rest=others.map(add)
await soon(mine,800)
await soon(Promise.any([mine,...rest]),2e3)
await soon(Promise.allSettled(rest),200)}
return pages.sort((a,b)=>good(b)-good(a)||newer(b,a)||(b.base==own)-(a.base==own)||Date.parse(b.at)-Date.parse(a.at))[0]},
stored=async()=>{
const r=await(await caches.open(store)).match(own)
return{...JSON.parse(r.headers.get("x")),html:await r.text()}},
keep=async p=>{
const last=await stored().catch(()=>0)
if(!(newer(p,last)<0))await(await caches.open(store)).put(own,new Response(p.html,{headers:{x:JSON.stringify({epoch:p.epoch,revision:p.revision,at:p.at})}}))},
note=p=>p.base&&p.base!=own?`${location.host} does not answer as it should. This copy comes from ${new URL(p.base).host}.`:"",
mark=(p,attribute)=>p.html.replace("<html","<html"+attribute),
from=p=>p.base==own?"":` data-from="${p.base}"`,
respond=html=>new Response(html,{headers:{"content-type":"text/html;charset=utf-8","content-security-policy":"frame-ancestors 'self'"}}),
show=p=>respond(mark(p,fresh(p)?from(p):` data-seen="${p.at}"`).replace(/(id=note[^>]*>)/,"$1"+note(p))),
answer=async(request,path)=>{
const last=await stored().catch(()=>0),network=()=>soon(fetch(request),2e3)
let best=await find(base=>page(base,path),last)
// No leaf page was proven: what the name says may still be of use, and the front page tells the rest.
if(path!="index.html")return best?show(best):await network()||Response.redirect(own)
if(best)await keep(best).catch(()=>{})
if(!best||newer(best,last)<0)best=last
// No sign of life for a week, but something answers, or leads elsewhere (no status then): this page has moved away.
if(!best||Date.now()-Date.parse(best.at)>6048e5){
const r=await network()
if(r&&(r.ok||!r.status||!best)){
registration.unregister()
return r}}
return best?show(best):Response.error()},
// What the open page asks: is it still the newest, and who has a newer one?
look=async here=>{
here.revision=here.rev
const now=here.from||own,
p=await find(async base=>{
const pulse=await signed(base,"pulse")
return newer(pulse,here)>0||base!=now?page(base,"index.html"):pulse},here)
if(!p||newer(p,here)<0)return{}
const other=newer(p,here)>0||fresh(p)&&p.base!=now
if(other)keep(p).catch(()=>{})
return{at:p.at,seconds:p.seconds,skewed:p.skewed,note:note(p),
// Only a service worker keeps the links of a dead host alive.
html:other&&mark(self.registration||p.base==own?p:{html:p.html.replace(/(<a [^>]*href="?)(?!"?#|"?\w+:)/g,"$1"+p.base)},from(p))}}
onmessage=e=>{
const reply=look(e.data).catch(()=>({})).then(state=>e.ports[0].postMessage(state))
if(e.waitUntil)e.waitUntil(reply)}
oninstall=e=>{
skipWaiting()
if(ON)e.waitUntil(page(own,"index.html").then(keep).catch(()=>{}))}
// A page that began anew has another key: copies stored under the old key are deleted.
onactivate=e=>e.waitUntil(caches.keys().then(names=>Promise.all(names.map(name=>name.startsWith(stores)&&!(ON&&name==store)&&caches.delete(name)))).then(()=>ON?clients.claim():registration.unregister()))
if(ON)onfetch=e=>{
const url=e.request.url.split(/[?#]/)[0],path=url.slice(own.length).replace(/(^|\/)$/,"$1index.html")
if(e.request.mode=="navigate"&&e.request.method=="GET"&&url.startsWith(own)&&/^((history|incidents|maintenance)\/[\w/-]*)?index\.html$/.test(path))e.respondWith(answer(e.request,path))}
