// <script async src="https://STATUS/embed.js"></script> in a product's own pages: one line at the bottom while something
// is open, nothing otherwise, and nothing either when the status page cannot be reached.
(()=>{
const own=document.currentScript
if(!own||!own.src||!window.fetch)return
const base=new URL(".",own.src),
make=(name,set,...inside)=>{const e=Object.assign(document.createElement(name),set);e.append(...inside);return e},
// Storage may be forbidden; then a dismissed line comes back with the next page.
seen=key=>{try{return sessionStorage.getItem("lightship")==key}catch{return false}},
forget=key=>{try{sessionStorage.setItem("lightship",key)}catch{}},
style=`:host{all:initial;position:fixed;z-index:2147483000;inset:auto 0 0}
div{display:flex;gap:1rem;align-items:center;justify-content:center;padding:.6rem 1rem;background:#15212c;color:#fff;font:15px/1.4 system-ui,sans-serif}
a{color:inherit}
button{font:inherit;color:inherit;background:none;border:1px solid #8fa0ae;border-radius:4px;padding:.15rem .6rem;cursor:pointer}
:focus-visible{outline:2px solid #fff;outline-offset:2px}`
let shown=null,last=""
const show=summary=>{
const open=[...summary.incidents,...summary.scheduled_maintenances.filter(m=>m.status!="scheduled")],
key=open.map(i=>i.id+i.updated_at).join()
if(key==last)return
last=key
if(shown)shown.remove()
shown=null
if(!open.length||seen(key))return
const first=open[0],many=open.length-1,
folder=first.scheduled_for?"maintenance/":"incidents/",
href=many?new URL("index.html",base):new URL(folder+first.id+"/index.html",base),
link=make("a",{href,target:"_blank",rel:"noopener"},first.name+(many?" and "+many+" more":"")),
button=make("button",{type:"button"},"Dismiss"),
box=make("aside",{})
box.setAttribute("aria-label","Service status")
const root=box.attachShadow({mode:"open"}),
sheet=new CSSStyleSheet()
sheet.replaceSync(style)
root.adoptedStyleSheets=[sheet]
const line=make("div",{})
line.setAttribute("role","status")
root.append(line)
document.body.append(box)
line.append(link,button)
button.addEventListener("click",()=>{forget(key);box.remove()})
shown=box},
look=()=>fetch(new URL("api/v2/summary.json",base)).then(r=>r.json()).then(show).catch(()=>{})
look()
setInterval(look,12e4)
})()
