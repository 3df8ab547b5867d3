-- Asks Sallyport whether a request may pass. txn.verified is the status of the answer then, and 503
-- where there was none; the headers X-User-... are those of the answer.
local function first(headers, name)
    local values = headers[name]
    return values and values[0]
end

core.register_action("verify", { "http-req" }, function(txn, url)
    local sent = txn.http:req_get_headers()
    local asked = { ["host"] = { first(sent, "host") or "" }, ["x-forwarded-for"] = { txn.f:src() } }
    for _, name in ipairs({ "authorization", "cookie" }) do
        local values = {}
        for i = 0, 8 do -- two tokens are refused there, so that all are sent
            if sent[name] and sent[name][i] then values[#values + 1] = sent[name][i] end
        end
        if #values > 0 then asked[name] = values end
    end
    local query = "?collection=" .. txn:get_var("txn.collection") .. "&action=" .. txn:get_var("txn.action")
    local answer = core.httpclient():get({ url = url .. query, headers = asked, timeout = 5000 })
    txn:set_var("txn.verified", answer and answer.status or 503)
    if not answer or answer.status ~= 200 then return end
    for _, name in ipairs({ "x-user-id", "x-user-email", "x-user-role", "x-user-assertion" }) do
        local value = first(answer.headers, name)
        if value then txn.http:req_set_header(name, value) end
    end
end, 1)
